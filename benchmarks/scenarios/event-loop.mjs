// Measures event-loop delays while many tokens that were not seen before are queued for hashing. Each measurement runs in its own process,
// so that memory and event loop belong to one contender.

import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { OutputsDiffer } from "../measuring/contest.mjs";
import { inRounds } from "../measuring/rounds.mjs";
import { NAMES } from "./views.mjs";

export const name = "event-loop";

const PROGRAM = fileURLToPath(new URL("event-loop-process.mjs", import.meta.url));

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
    measure: ({ starts, keys }) => inProcess({ starts, keys, url: database.url }),
  });
  return measured.map(({ name: contender, median, rounds }) => ({ scenario: name, count, contender, median, rounds }));
}

async function inProcess(task) {
  const child = fork(PROGRAM, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const exited = once(child, "exit");
  child.send(task);
  const answer = await Promise.race([once(child, "message").then(([message]) => message), exited.then(() => null)]);
  await exited;
  if (answer === null) throw new OutputsDiffer(`event-loop: ${task.starts} ended without a result.`);
  if (answer.refused > 0)
    throw new OutputsDiffer(`event-loop: ${task.starts} rejected ${answer.refused} valid tokens.`);
  return answer.measured;
}
