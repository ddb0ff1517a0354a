// Measures what a remembered key takes in a leased service. The growth of the process contains everything that is kept for a key: its row
// in Rust, its entries in the indexes by token and by id, the proof of its hash, its pending use, the rows that JavaScript keeps (the
// newest 10,000), and what the allocators round up. Each measurement runs in its own process.

import { createDatabase } from "../../harness/database.mjs";
import { CHEAP, createSecretKeys } from "../databases/keys.mjs";
import { OutputsDiffer } from "../measuring/contest.mjs";
import { inProcess } from "../measuring/in-process.mjs";
import { inRounds } from "../measuring/rounds.mjs";
import { NAMES } from "./views.mjs";

export const name = "memory";

const PROGRAM = new URL("memory-process.mjs", import.meta.url);
// These open connections and compile code, and are not counted.
const FIRST_SHARE = 0.02;

export async function run({ serverUrl, sizes, progress }) {
  const { keys: count, processes } = sizes.memory;
  progress.show("creating keys to remember");
  const database = await createDatabase(serverUrl, "bench_memory");
  const { url } = database;
  const contender = async (name, options) => ({ name, options, keys: await createSecretKeys(url, count, options) });
  const contenders = [
    // A hash as long as one of the default parameters, derived faster.
    await contender(NAMES.leased, CHEAP),
    await contender(NAMES.sha256Leased, { hashing: "sha256" }),
  ];
  await database.query("VACUUM (ANALYZE) api_key");
  const measured = await inRounds({
    title: `${count} remembered keys`,
    rounds: processes,
    contenders,
    progress,
    measure: async ({ name, options, keys }) => {
      const task = { keys, first: Math.ceil(count * FIRST_SHARE), options, url };
      const { wrong, cached, measured } = await inProcess(PROGRAM, task);
      if (wrong > 0) throw new OutputsDiffer(`memory: ${name} gave ${wrong} wrong answers.`);
      if (cached !== count) throw new OutputsDiffer(`memory: ${name} remembered ${cached} keys instead of ${count}.`);
      return measured;
    },
  });
  await database.drop();
  return measured.map(({ name: contender, median, rounds }) => ({ scenario: name, count, contender, median, rounds }));
}
