// Waiting, and ports.

const { once } = require("node:events");
const { createServer } = require("node:net");
// Node's own, so that fake timers do not stop it.
const { setTimeout: pause } = require("node:timers/promises");

const PATIENCE_MS = 20_000;

/**
 * Asks until the answer is true and no failure; fails after 20 s with the last failure or what `why` says.
 * @param {() => unknown} ask
 * @param {() => string} why
 */
async function waitUntil(ask, why) {
  const deadline = performance.now() + PATIENCE_MS;
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

/** A port of this machine on which no program listens. */
async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (probe.address());
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

module.exports = { freePort, pause, waitUntil };
