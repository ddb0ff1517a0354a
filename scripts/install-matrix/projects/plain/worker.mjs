import { once } from "node:events";
import { isMainThread, Worker } from "node:worker_threads";

// The same addon in the main thread and in two workers at once, and once more after they have ended.
const workers = isMainThread ? [1, 2].map(() => new Worker(new URL(import.meta.url))) : [];
const codes = Promise.all(workers.map(async (worker) => (await once(worker, "exit"))[0]));
await import("./check.mjs");
for (const code of await codes) if (code !== 0) throw new Error(`a worker exited with ${code}`);
