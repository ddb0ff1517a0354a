// Starts one contender, has it authenticate all keys at once, and reports how the event loop and the memory fared.

import { once } from "node:events";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { startStock } from "../../harness/stock.js";
import { openOurs } from "../contenders/ours.mjs";

// The timer that measures fires once a millisecond: that much of every delay is its own.
const RESOLUTION_MS = 1;
const MEMORY_EVERY_MS = 10;
const MIB = 2 ** 20;
const NS_A_MS = 1e6;

const [{ starts, keys, url }] = await once(process, "message");
const { service, stop } = starts === "stock" ? await startStock(url) : await ours(url);
// Connections and code are there when the clock starts.
for (let n = 0; n < 20; n++) await service.authenticate("sk_nobody");

const before = process.memoryUsage.rss();
let most = before;
const memory = setInterval(() => {
  most = Math.max(most, process.memoryUsage.rss());
}, MEMORY_EVERY_MS);
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
    delayP50Ms: delays.percentile(50) / NS_A_MS - RESOLUTION_MS,
    delayP99Ms: delays.percentile(99) / NS_A_MS - RESOLUTION_MS,
    delayMaxMs: delays.max / NS_A_MS - RESOLUTION_MS,
    rssBeforeMiB: before / MIB,
    rssMoreMiB: (most - before) / MIB,
  },
});
process.disconnect();
// Stock leaves timers behind.
setImmediate(() => process.exit());

async function ours(url) {
  const service = await openOurs(url);
  return { service, stop: () => service.close() };
}
