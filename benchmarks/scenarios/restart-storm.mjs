// A restart: a new process, and every integration presents its token at once. A call that is rejected, because a queue is full or the call
// timed out, is repeated, as an integration would. Each measurement runs in its own process.

import { createDatabase } from "../../harness/database.mjs";
import { startStock } from "../../harness/stock.js";
import { createSecretKeys } from "../databases/keys.mjs";
import { OutputsDiffer } from "../measuring/contest.mjs";
import { inProcess } from "../measuring/in-process.mjs";
import { inRounds } from "../measuring/rounds.mjs";
import { NAMES } from "./views.mjs";

export const name = "restart-storm";

const PROGRAM = new URL("restart-storm-process.mjs", import.meta.url);

export async function run({ serverUrl, sizes, progress }) {
  progress.show("creating the keys of integrations");
  const database = await createDatabase(serverUrl, "bench_restart_storm");
  const { url } = database;
  // Stock's migrations come first, as in a shop that adopts this package.
  await startStock(url).then(({ stop }) => stop());
  const contender = async (name, count, options, starts) => ({
    ...{ name, starts, options },
    keys: await createSecretKeys(url, count, options),
  });
  const contenders = [
    await contender(NAMES.stock, sizes.storm.slow, { hashing: "scrypt" }, "stock"),
    await contender(NAMES.strict, sizes.storm.slow, {}, "ours"),
    await contender(NAMES.sha256, sizes.storm.fast, { hashing: "sha256" }, "ours"),
  ];
  await database.query("VACUUM (ANALYZE) api_key");
  const measured = await inRounds({
    title: "a restart storm",
    rounds: sizes.storms,
    contenders,
    progress,
    measure: async ({ name, starts, options, keys }) => {
      const { wrong, measured } = await inProcess(PROGRAM, { starts, options, keys, url });
      if (wrong > 0) throw new OutputsDiffer(`restart-storm: ${name} gave ${wrong} wrong answers.`);
      return measured;
    },
  });
  await database.drop();
  return measured.map(({ name: contender, median, rounds }, n) => ({
    ...{ scenario: name, count: contenders[n].keys.length, contender, median, rounds },
  }));
}
