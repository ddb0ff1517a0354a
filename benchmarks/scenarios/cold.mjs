// Authenticates tokens that this process has not seen before: each costs a derivation. Stock derives on every call anyway.

import { openOurs } from "../contenders/ours.mjs";
import { OutputsDiffer } from "../measuring/contest.mjs";
import { drive } from "../measuring/drive.mjs";
import { inRounds } from "../measuring/rounds.mjs";
import { NAMES } from "./views.mjs";

export const name = "cold";

const CALLERS = 64;

export async function run(context) {
  const { stock, database, keys } = await context.shop();
  const { sizes, progress } = context;
  const contenders = [
    { name: NAMES.stock, open: async () => stock, close: async () => undefined, keys: keys.shared },
    {
      name: NAMES.strict,
      open: () => openOurs(database.url),
      close: (service) => service.close(),
      keys: keys.cold,
    },
  ];
  const measured = await inRounds({
    title: `authenticate, cold, ${CALLERS} at a time`,
    rounds: sizes.rounds,
    contenders,
    progress,
    measure: async ({ open, close, keys, name }) => {
      // A new service has an empty cache of proofs.
      const service = await open();
      await service.authenticate("sk_nobody");
      const result = await drive({
        callers: CALLERS,
        forMs: Number.POSITIVE_INFINITY,
        atMost: sizes.cold,
        call: (n) => service.authenticate(keys[n % keys.length].token),
        verify: (answer, n) => {
          if (answer.id !== keys[n % keys.length].id) throw new OutputsDiffer(`cold: ${name} gave a wrong answer.`);
        },
      });
      await close(service);
      return result;
    },
  });
  return measured.map(({ name: contender, median, rounds }) => ({
    ...{ scenario: name, keys: sizes.table, callers: CALLERS, contender, median, rounds },
  }));
}
