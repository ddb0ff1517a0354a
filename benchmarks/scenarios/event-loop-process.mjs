// Starts one contender, authenticates all keys concurrently, and reports event-loop delays and memory use.

import { once } from "node:events";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { startStock } from "../../harness/stock.js";
import { openOurs } from "../contenders/ours.mjs";

// The measuring timer fires once a millisecond; that much is subtracted from every delay.
const RESOLUTION_MS = 1;
const MEMORY_INTERVAL_MS = 10;
const MIB = 2 ** 20;
const NS_PER_MS = 1e6;

const [{ starts, keys, url }] = await once(process, "message");
const { service, stop } = starts === "stock" ? await startStock(url) : await ours(url);
// Opens connections and warms up code before the measurement.
for (let n = 0; n < 20; n++) await service.authenticate("sk_nobody");

const before = process.memoryUsage.rss();
let most = before;
const memory = setInterval(() => {
  most = Math.max(most, process.memoryUsage.rss());
}, MEMORY_INTERVAL_MS);
const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delays.enable();
const begun = performance.now();
const answers = await Promise.all(keys.map(({ token }) => service.authenticate(token)));
const elapsedMs = performance.now() - begun;
delays.disable();
clearInterval(memory);
await stop();

process.send({
  refused: answers.filter((answer, n) => answer.id !== keys[n].id).length,
  measured: {
    elapsedMs,
    delayP50Ms: delays.percentile(50) / NS_PER_MS - RESOLUTION_MS,
    delayP99Ms: delays.percentile(99) / NS_PER_MS - RESOLUTION_MS,
    delayMaxMs: delays.max / NS_PER_MS - RESOLUTION_MS,
    rssBeforeMiB: before / MIB,
    rssMoreMiB: (most - before) / MIB,
  },
});
process.disconnect();
// Stock leaves timers running.
setImmediate(() => process.exit());

async function ours(url) {
  const service = await openOurs(url);
  return { service, stop: () => service.close() };
}
