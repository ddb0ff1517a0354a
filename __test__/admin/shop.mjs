// examples/medusa in a folder of its own, built as its README says, and Medusa's command line run there.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const EXAMPLE = join(ROOT, "examples/medusa");
const MEDUSA = join(ROOT, "node_modules/@medusajs/cli/cli.js");
const KEPT_LINES = 60;

/** Copies the example to `home`, where it sees the packages of this checkout, and this checkout as a package. */
export function copyShop(home) {
  const shop = join(home, "shop");
  cpSync(EXAMPLE, shop, { recursive: true, filter: (path) => !/node_modules|\.medusa|\.env$/.test(path) });
  mkdirSync(join(home, "node_modules"));
  symlinkSync(ROOT, join(home, "node_modules/medusa-api-key-native"), "junction");
  symlinkSync(join(ROOT, "node_modules"), join(shop, "node_modules"), "junction");
  return shop;
}

/** Answers the folder of the built shop, dashboard included. It is built again only when the example or the packages have changed. */
export async function builtShop() {
  const cache = join(ROOT, "target/admin");
  const home = join(cache, fingerprint());
  if (!existsSync(home)) {
    rmSync(cache, { recursive: true, force: true });
    const unfinished = join(cache, "unfinished");
    mkdirSync(unfinished, { recursive: true });
    await runMedusa(copyShop(unfinished), ["build"], {
      DATABASE_URL: "postgres://127.0.0.1/none",
      NODE_ENV: "production",
    });
    renameSync(unfinished, home);
  }
  return join(home, "shop/.medusa/server");
}

function fingerprint() {
  const hash = createHash("sha256").update(readFileSync(join(ROOT, "package-lock.json")));
  for (const entry of readdirSync(EXAMPLE, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    if (entry.isFile() && !/node_modules|\.medusa|\.env$/.test(path)) hash.update(path).update(readFileSync(path));
  }
  return hash.digest("hex").slice(0, 16);
}

/** Starts `medusa …` in `folder`: `ended` tells how it ended, `failure` fails with its last lines, `stop` ends it as an operator does. */
export function startMedusa(folder, args, env) {
  const { PATH, HOME, TMPDIR, SystemRoot } = process.env;
  const child = spawn(process.execPath, [MEDUSA, ...args], {
    cwd: folder,
    env: {
      ...{ PATH, HOME, TMPDIR, SystemRoot },
      JWT_SECRET: "a text that signs the tests' tokens",
      COOKIE_SECRET: "a text that signs the tests' cookies",
      MEDUSA_DISABLE_TELEMETRY: "true",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
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
  const failure = async () => {
    throw new Error(`medusa ${args[0]} ended with ${await ended}:\n${lines.join("\n")}`);
  };
  return {
    ended,
    failure,
    stop: () => {
      child.kill("SIGTERM");
      return ended;
    },
  };
}

/** Runs `medusa …` to its end; fails unless it succeeds. */
export async function runMedusa(folder, args, env) {
  const { ended, failure } = startMedusa(folder, args, env);
  if ((await ended) !== 0) await failure();
}

/** Starts the server of a shop on a free port of loopback: its `url` and `stop`. */
export async function serveShop(folder, env) {
  const port = await freePort();
  const server = startMedusa(folder, ["start", "--host", "127.0.0.1", "--port", `${port}`], env);
  const url = `http://127.0.0.1:${port}`;
  // Asked, not read from its log: with another LOG_LEVEL it says nothing.
  await untilHealthy(url, server);
  return { url, stop: server.stop };
}

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
    await setTimeout(100);
  }
}

/** A token of Medusa's for the user of that email, as `Authorization: Bearer` takes it. */
export async function logIn(url, email, password) {
  const answer = await fetch(`${url}/auth/user/emailpass`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  if (!answer.ok) throw new Error(`Medusa answered the log-in with ${answer.status}.`);
  return (await answer.json()).token;
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
