// A shop's server on the loopback interface.

const { createServer } = require("node:net");
const { setTimeout: sleep } = require("node:timers/promises");
const { startMedusa } = require("./command.js");

/**
 * Starts a shop's server and resolves when it responds; `port` defaults to a free one.
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} env
 * @param {number} [port]
 */
async function serveShop(folder, env, port) {
  const chosen = port ?? (await freePort());
  const server = startMedusa(folder, env, ["start", "--host", "127.0.0.1", "--port", `${chosen}`]);
  const url = `http://127.0.0.1:${chosen}`;
  // Polled rather than read from the log: other values of LOG_LEVEL suppress the line.
  await untilHealthy(url, server);
  return { url, port: chosen, log: server.log, stop: server.stop };
}

/**
 * @param {string} url
 * @param {import("./command.js").MedusaProcess} server
 */
async function untilHealthy(url, { ended, failure }) {
  let over = false;
  ended.then(() => {
    over = true;
  });
  const healthy = () =>
    fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await healthy())) {
    if (over) await failure();
    await sleep(100);
  }
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (probe.address());
      probe.close(() => resolve(port));
    });
  });
}

module.exports = { serveShop };
