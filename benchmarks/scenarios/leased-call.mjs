// Measures one call of `authenticate` that memory answers, and what a user would choose instead: fast-jwt with its cache. Each
// measurement runs in its own process, once as it is, and once with AsyncLocalStorage in use, as in Medusa: before Node.js 24 it
// makes every promise of the process slower.

import { createDatabase } from "../../harness/database.mjs";
import { createSecretKeys } from "../databases/keys.mjs";
import { OutputsDiffer } from "../measuring/contest.mjs";
import { inProcess } from "../measuring/in-process.mjs";
import { inRounds } from "../measuring/rounds.mjs";
import { NAMES } from "./views.mjs";

export const name = "leased-call";

/** The surroundings of a call. */
export const PLAIN = "nothing else in the process";
export const ASYNC_CONTEXT = "with AsyncLocalStorage";

const PROGRAM = new URL("leased-call-process.mjs", import.meta.url);
const OPTIONS = { hashing: "sha256" };

export async function run({ serverUrl, sizes, progress }) {
  progress.show("creating keys to call for");
  const database = await createDatabase(serverUrl, "bench_leased_call");
  const keys = await createSecretKeys(database.url, sizes.warm, OPTIONS);
  const measured = await inRounds({
    title: "a call that memory answers",
    rounds: sizes.rounds,
    contenders: [PLAIN, ASYNC_CONTEXT].map((call) => ({ name: call })),
    progress,
    measure: async ({ name: call }) => {
      const task = {
        keys,
        options: OPTIONS,
        url: database.url,
        forMs: sizes.fastMs,
        asyncContext: call === ASYNC_CONTEXT,
      };
      const { wrong, leasedUs, jwtUs } = await inProcess(PROGRAM, task);
      if (wrong > 0) throw new OutputsDiffer(`leased-call: ${wrong} wrong answers.`);
      return { leasedUs, jwtUs };
    },
  });
  await database.drop();
  return measured.flatMap(({ name: call, median, rounds }) => [
    figure(call, NAMES.leased, median.leasedUs, rounds),
    figure(call, NAMES.jwtCached, median.jwtUs, rounds),
  ]);
}

function figure(call, contender, callUs, rounds) {
  return { scenario: name, call, contender, median: { callUs }, rounds };
}
