// Measures event-loop delays while many tokens that were not seen before are queued for hashing. Each measurement runs in its own process,
// so that memory and event loop belong to one contender.

import { OutputsDiffer } from "../measuring/contest.mjs";
import { inProcess } from "../measuring/in-process.mjs";
import { inRounds } from "../measuring/rounds.mjs";
import { NAMES } from "./views.mjs";

export const name = "event-loop";

const PROGRAM = new URL("event-loop-process.mjs", import.meta.url);

export async function run(context) {
  const { database, keys } = await context.shop();
  const count = context.sizes.queued;
  const questions = (some) => Array.from({ length: count }, (_, n) => some[n % some.length]);
  const measured = await inRounds({
    title: `${count} cold tokens at once`,
    rounds: context.sizes.processes,
    contenders: [
      { name: NAMES.stock, starts: "stock", keys: questions(keys.shared) },
      { name: NAMES.strict, starts: "ours", keys: questions(keys.cold) },
    ],
    progress: context.progress,
    measure: async ({ starts, keys }) => {
      const { refused, measured } = await inProcess(PROGRAM, { starts, keys, url: database.url });
      if (refused > 0) throw new OutputsDiffer(`event-loop: ${starts} rejected ${refused} valid tokens.`);
      return measured;
    },
  });
  return measured.map(({ name: contender, median, rounds }) => ({ scenario: name, count, contender, median, rounds }));
}
