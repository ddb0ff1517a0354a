// Calls something over and over from a number of callers at once, and counts.

import { setImmediate as turn } from "node:timers/promises";
import { median, percentile } from "./median.mjs";

// A power of two; of more calls than this the last are kept.
const REMEMBERED = 1 << 18;
// An answer from memory never lets the event loop turn, and nobody else would ever be served.
const CALLS_BEFORE_A_TURN = 1024;

/**
 * Lets `callers` loops call `call(n)`, each its next when its last was answered, until `forMs` milliseconds or `atMost` calls are over, and
 * waits for the last answers. `n` counts the calls of all callers. `verify(answer, n)` is called with every answer and throws if it is wrong.
 *
 * Answers the calls, calls a second, the median and 99th percentile of their latency in microseconds, and the microseconds of
 * processor time that this process, with all its threads, took for a call.
 */
export async function drive({ callers, forMs, atMost = Number.POSITIVE_INFINITY, call, verify }) {
  const latencies = new Float64Array(REMEMBERED);
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
      latencies[finished++ % REMEMBERED] = now - then;
      then = now;
      if (n % CALLS_BEFORE_A_TURN === CALLS_BEFORE_A_TURN - 1) {
        await turn();
        then = performance.now();
      }
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const elapsedMs = performance.now() - begun;
  const { user, system } = process.cpuUsage(processor);
  const seen = latencies.subarray(0, Math.min(finished, REMEMBERED));
  return {
    calls: finished,
    perSecond: (finished / elapsedMs) * 1000,
    p50Us: median(seen) * 1000,
    p99Us: percentile(seen, 0.99) * 1000,
    cpuUs: (user + system) / finished,
  };
}
