// Starts one contender and lets every integration authenticate at once, again if its call is rejected; reports the times until they were
// answered, the repetitions, and event-loop delays. The clock starts when the service is constructed and migrated, as when a server begins
// to listen.

import { once } from "node:events";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { startStock } from "../../harness/stock.js";
import { openOurs } from "../contenders/ours.mjs";
import { median, percentile } from "../measuring/median.mjs";

// The measuring timer fires once a millisecond; that much is subtracted from every delay.
const RESOLUTION_MS = 1;
const NS_PER_MS = 1e6;
const PAUSE_MS = 1_000;

const [{ starts, options, keys, url }] = await once(process, "message");
const { service, stop } = starts === "stock" ? await startStock(url) : await ours();

let wrong = 0;
let repeated = 0;
const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delays.enable();
const begun = performance.now();
const times = await Promise.all(keys.map(answered));
delays.disable();
await stop();

process.send({
  wrong,
  measured: {
    elapsedMs: times.reduce((longest, time) => Math.max(longest, time)),
    answeredP50Ms: median(times),
    answeredP99Ms: percentile(times, 0.99),
    repeated,
    delayP99Ms: delays.percentile(99) / NS_PER_MS - RESOLUTION_MS,
    delayMaxMs: delays.max / NS_PER_MS - RESOLUTION_MS,
  },
});
process.disconnect();
// Stock leaves timers running.
setImmediate(() => process.exit());

async function answered({ id, token }) {
  for (;;) {
    try {
      const answer = await service.authenticate(token);
      if (answer.id !== id) wrong += 1;
      return performance.now() - begun;
    } catch {
      repeated += 1;
      await wait(PAUSE_MS);
    }
  }
}

async function ours() {
  const service = await openOurs(url, options);
  return { service, stop: () => service.close() };
}
