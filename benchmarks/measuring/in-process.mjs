// Measures in a process of its own, so that memory and event loop belong to one contender.

import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { OutputsDiffer } from "./contest.mjs";

/** Starts the program at `url`, sends it `task` and resolves to the message that it answers. */
export async function inProcess(url, task) {
  const child = fork(fileURLToPath(url), { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const exited = once(child, "exit");
  child.send(task);
  const answer = await Promise.race([once(child, "message").then(([message]) => message), exited.then(() => null)]);
  await exited;
  if (answer === null) throw new OutputsDiffer(`A process that measures ${task.starts} ended without a result.`);
  return answer;
}
