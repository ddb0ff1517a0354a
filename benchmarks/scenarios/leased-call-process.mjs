// Authenticates keys in a leased service and verifies JSON Web Tokens in turns, in a plain loop, and reports the time of a call of each.
// Every answer is checked before the measurement; the loop itself only counts answers that are missing.

import { AsyncLocalStorage } from "node:async_hooks";
import { once } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { openJwt } from "../contenders/jwt.mjs";
import { openLeased } from "../contenders/ours.mjs";
import { median } from "../measuring/median.mjs";

const MIN_TURNS = 20;

const [{ keys, options, url, forMs, asyncContext }] = await once(process, "message");
if (asyncContext) new AsyncLocalStorage().enterWith({});
const service = await openLeased(url, options);
const { issue, verify } = openJwt(2 * keys.length);
const tokens = keys.map(({ token }) => token);
const webTokens = keys.map(({ id }) => issue(id).hs256);
let wrong = 0;

// The first pass fills the caches, the second must be answered by them.
await check();
const { memory: before } = await service.status();
await check();
const { memory: after } = await service.status();
if (after.hits - before.hits !== keys.length) wrong += keys.length;

const [leased, webToken] = [[], []];
for (const end = performance.now() + 2 * forMs; performance.now() < end || leased.length < MIN_TURNS; ) {
  leased.push(await perCallUs(authenticateAll));
  webToken.push(await perCallUs(verifyAll));
}
await service.close();
process.send({ wrong, leasedUs: median(leased), jwtUs: median(webToken) });
process.disconnect();

async function check() {
  for (const [n, { id }] of keys.entries()) {
    if ((await service.authenticate(tokens[n])).id !== id) wrong += 1;
    if (verify.hs256Cached(webTokens[n]).sub !== id) wrong += 1;
  }
}

async function perCallUs(all) {
  // Lets everything else in the process run between two measurements.
  await turn();
  const start = performance.now();
  await all();
  return ((performance.now() - start) * 1_000) / keys.length;
}

async function authenticateAll() {
  for (const token of tokens) {
    if ((await service.authenticate(token)) === false) wrong += 1;
  }
}

function verifyAll() {
  for (const token of webTokens) {
    if (verify.hs256Cached(token) === false) wrong += 1;
  }
}
