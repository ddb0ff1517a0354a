// Medusa's command line in a child process, as a user runs it.

const { spawn } = require("node:child_process");
const { createRequire } = require("node:module");
const { join } = require("node:path");
const { createInterface } = require("node:readline");

const KEPT_LINES = 60;

/**
 * @typedef {object} MedusaProcess
 * @property {Promise<number | NodeJS.Signals>} ended resolves to its exit code, or the signal that ended it
 * @property {() => string} log returns the last lines that it printed
 * @property {() => Promise<never>} failure rejects with these lines when it has ended
 * @property {() => Promise<number | NodeJS.Signals>} stop sends SIGTERM, as an operator does, and resolves like `ended`
 */

/**
 * Starts `medusa …` in a shop's folder. `env` are variables in addition to those of every test shop.
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} env
 * @param {string[]} args
 * @returns {MedusaProcess}
 */
function startMedusa(folder, env, args) {
  // Jest's settings, such as NODE_ENV=test, must not reach the shop.
  const { PATH, HOME, TMPDIR, SystemRoot } = process.env;
  const medusa = createRequire(join(folder, "medusa-config.ts")).resolve("@medusajs/cli/cli.js");
  const child = spawn(process.execPath, [medusa, ...args], {
    cwd: folder,
    env: {
      ...{ PATH, HOME, TMPDIR, SystemRoot },
      JWT_SECRET: "a secret that signs the tests' tokens",
      COOKIE_SECRET: "a secret that signs the tests' cookies",
      MEDUSA_DISABLE_TELEMETRY: "true",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  /** @type {string[]} */
  const lines = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
    });
  }
  const ended = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      process.off("exit", kill);
      resolve(code ?? signal);
    });
  });
  const log = () => lines.join("\n");
  return {
    ended,
    log,
    failure: async () => {
      throw new Error(`medusa ${args[0]} ended with ${await ended}:\n${log()}`);
    },
    stop: () => {
      child.kill("SIGTERM");
      return ended;
    },
  };
}

/**
 * Runs `medusa …` to completion; rejects unless it exits with 0.
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} env
 * @param {string[]} args
 */
async function runMedusa(folder, env, args) {
  const { ended, failure } = startMedusa(folder, env, args);
  if ((await ended) !== 0) await failure();
}

module.exports = { runMedusa, startMedusa };
