// Calls a function repeatedly from several concurrent callers and measures throughput and latency.

import { setImmediate as turn } from "node:timers/promises";
import { median, percentile } from "./median.mjs";

// The number of latencies kept, those of the last calls. A power of two.
const SAMPLES = 1 << 18;
// Cached answers resolve without a turn of the event loop, which would starve everything else.
const CALLS_PER_TURN = 1024;

/**
 * Runs `callers` concurrent loops of `call(n)` until `forMs` milliseconds have passed or `atMost` calls have begun, then waits for pending
 * calls. `n` counts the calls of all loops. `verify(answer, n)` is called with every answer and throws if it is wrong.
 *
 * Returns the number of calls, calls per second, the median and 99th percentile of latency in microseconds, and the processor time
 * per call in microseconds, over all threads of this process.
 */
export async function drive({ callers, forMs, atMost = Number.POSITIVE_INFINITY, call, verify }) {
  const latencies = new Float64Array(SAMPLES);
  let started = 0;
  let finished = 0;
  const processor = process.cpuUsage();
  const begun = performance.now();
  const deadline = begun + forMs;
  const caller = async () => {
    let then = performance.now();
    while (then < deadline && started < atMost) {
      const n = started++;
      verify(await call(n), n);
      const now = performance.now();
      latencies[finished++ % SAMPLES] = now - then;
      then = now;
      if (n % CALLS_PER_TURN === CALLS_PER_TURN - 1) {
        await turn();
        then = performance.now();
      }
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const elapsedMs = performance.now() - begun;
  const { user, system } = process.cpuUsage(processor);
  const seen = latencies.subarray(0, Math.min(finished, SAMPLES));
  return {
    calls: finished,
    perSecond: (finished / elapsedMs) * 1000,
    p50Us: median(seen) * 1000,
    p99Us: percentile(seen, 0.99) * 1000,
    cpuUs: (user + system) / finished,
  };
}
