// Authenticates tokens that this process has not seen before. Of argon2id each costs a derivation, of SHA-256 none does; stock derives on
// every call anyway. The same SHA-256 keys are measured warm, too.

import { createDatabase } from "../../harness/database.mjs";
import { startStock } from "../../harness/stock.js";
import { openOurs } from "../contenders/ours.mjs";
import { createSecretKeys } from "../databases/keys.mjs";
import { compareAnswers, OutputsDiffer } from "../measuring/contest.mjs";
import { drive } from "../measuring/drive.mjs";
import { inRounds } from "../measuring/rounds.mjs";
import { keyView, NAMES } from "./views.mjs";

export const name = "cold";

const CALLERS = 64;
const SHA256 = { hashing: "sha256" };

export async function run(context) {
  const { serverUrl, sizes, progress } = context;
  progress.show("creating keys of each scheme");
  const database = await createDatabase(serverUrl, "bench_cold");
  const { url } = database;
  const stock = await startStock(url);
  const shared = await createSecretKeys(url, sizes.shared, { hashing: "scrypt" });
  const derived = await createSecretKeys(url, sizes.cold, {});
  const distinct = await createSecretKeys(url, sizes.distinct, SHA256);
  await database.query("VACUUM (ANALYZE) api_key");
  const warm = await openOurs(url, SHA256);

  const opened = (service) => ({ open: async () => service, close: async () => undefined });
  // A new service has an empty cache of proofs.
  const anew = (options) => ({ open: () => openOurs(url, options), close: (service) => service.close() });
  const contenders = [
    { name: NAMES.stock, ...opened(stock.service), keys: shared, calls: sizes.cold },
    { name: NAMES.strict, ...anew({}), keys: derived, calls: sizes.cold },
    { name: NAMES.sha256, ...anew(SHA256), keys: distinct, calls: sizes.distinct },
    { name: NAMES.sha256Warm, ...opened(warm), keys: distinct, calls: sizes.distinct },
  ];
  const title = `authenticate, cold, ${CALLERS} at a time`;
  progress.show(`${title} · comparing`);
  await compare(title, contenders, shared);
  await measure(contenders[contenders.length - 1]);
  const measured = await inRounds({ title, rounds: sizes.rounds, contenders, progress, measure });
  await Promise.all([warm.close(), stock.stop()]);
  await database.drop();
  return measured.map(({ name: contender, median, rounds }, n) => ({
    ...{ scenario: name, keys: contenders[n].keys.length, callers: CALLERS, contender, median, rounds },
  }));
}

async function measure({ name, open, close, keys, calls }) {
  const service = await open();
  await service.authenticate("sk_nobody");
  const keyOf = (n) => keys[n % keys.length];
  const result = await drive({
    callers: CALLERS,
    forMs: Number.POSITIVE_INFINITY,
    atMost: calls,
    call: (n) => service.authenticate(keyOf(n).token),
    verify: (answer, n) => {
      if (answer.id !== keyOf(n).id) throw new OutputsDiffer(`cold: ${name} gave a wrong answer.`);
    },
  });
  await close(service);
  return result;
}

async function compare(title, contenders, keys) {
  const services = [];
  for (const { name, open, close } of contenders) {
    const service = await open();
    const ask = (token) => service.authenticate(token);
    services.push({ name, ask, view: keyView, close: () => close(service) });
  }
  for (const { token } of keys) await compareAnswers(title, services, token);
  await compareAnswers(title, services, "sk_nobody");
  for (const { close } of services) await close();
}
