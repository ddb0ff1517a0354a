// Opens a leased service, authenticates all keys until they are cached, and reports how much resident memory that added, after garbage
// collection. The tokens are in memory before the measurement.

import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { openLeased } from "../contenders/ours.mjs";

const CALLERS = 64;
// One collection can leave garbage to the next, and pages are returned with a delay.
const COLLECTIONS = 5;
const PAUSE_MS = 100;
// A change of the lease clears the cache.
const MOST_PASSES = 5;
const MIB = 2 ** 20;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");

const [{ keys, first, options, url }] = await once(process, "message");
const service = await openLeased(url, options);
let wrong = 0;
// Connections, code, queues and the heaps have their size before the measurement: unknown tokens leave nothing to remember.
await cache(keys.slice(0, first), first);
await authenticate(keys.map((_, n) => ({ token: unknownToken(n) })));
const before = await collected();
await cache(keys.slice(first), keys.length);
const after = await collected();
const cached = await cachedKeys();
await service.close();

process.send({
  ...{ wrong, cached },
  measured: {
    bytesPerKey: (after.rss - before.rss) / (keys.length - first),
    heapBytesPerKey: (after.heapUsed - before.heapUsed) / (keys.length - first),
    rssBeforeMiB: before.rss / MIB,
    rssMoreMiB: (after.rss - before.rss) / MIB,
  },
});
process.disconnect();

/** Authenticates keys until the cache holds `expected`, and once more, so that it has answered for each. */
async function cache(some, expected) {
  for (let pass = 1; pass <= MOST_PASSES; pass++) {
    await authenticate(some);
    if ((await cachedKeys()) >= expected) break;
  }
  await authenticate(some);
}

async function cachedKeys() {
  return (await service.status()).memory.keys;
}

async function authenticate(keys) {
  for (let from = 0; from < keys.length; from += CALLERS) {
    const some = keys.slice(from, from + CALLERS);
    const answers = await Promise.all(some.map(({ token }) => service.authenticate(token)));
    wrong += answers.filter(({ id }, n) => id !== some[n].id).length;
  }
}

function unknownToken(number) {
  return `sk_${String(number).padStart(64, "0")}`;
}

async function collected() {
  for (let n = 0; n < COLLECTIONS; n++) {
    collect();
    await wait(PAUSE_MS);
  }
  return process.memoryUsage();
}
