// Waiting for conditions, and free ports.

const { once } = require("node:events");
const { createServer } = require("node:net");
// Node's promise timer, which fake timers do not replace.
const { setTimeout: pause } = require("node:timers/promises");

const TIMEOUT_MS = 20_000;

/**
 * Calls `ask` until it returns or resolves to `true`. Rejects after 20 s with `why()` and the last error.
 * @param {() => unknown} ask
 * @param {() => string} why
 */
async function waitUntil(ask, why) {
  const deadline = performance.now() + TIMEOUT_MS;
  for (;;) {
    const outcome = await Promise.resolve()
      .then(ask)
      .catch((error) => error);
    if (outcome === true) return;
    if (performance.now() > deadline) {
      throw new Error(`${why()}${outcome instanceof Error ? `: ${outcome.message}` : ""}`);
    }
    await pause(20);
  }
}

/** Returns a TCP port on which no program listens. */
async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (probe.address());
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

module.exports = { freePort, pause, waitUntil };
