// For smoke.js: copies this example to a new directory, as a user would, and runs its scripts there.

const { spawn } = require("node:child_process");
const { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { basename, dirname, join } = require("node:path");
const { createInterface } = require("node:readline");
const { dependencies } = require("./package.json");

const START_SECONDS = 60;

/** Copies the example; the copy resolves only its declared dependencies. */
function copyExample() {
  const directory = mkdtempSync(join(tmpdir(), "express-example-"));
  const skipped = ["node_modules", "package-lock.json"];
  cpSync(__dirname, directory, {
    recursive: true,
    filter: (path) => !skipped.includes(basename(path)) && !/\.db(-wal|-shm)?$/.test(path),
  });
  for (const name of Object.keys(dependencies)) {
    const link = join(directory, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(locate(name), link, "junction");
  }
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

// Returns where the package is installed, or the checkout if this is the package's own repository.
function locate(name) {
  const checkout = join(__dirname, "..", "..");
  const manifest = join(checkout, "package.json");
  if (existsSync(manifest) && require(manifest).name === name) return checkout;
  const installed = module.paths.map((path) => join(path, name)).find((path) => existsSync(path));
  if (installed === undefined) throw new Error(`${name} is not installed: run npm install first`);
  return installed;
}

/** Runs a script of the example to completion and returns what it printed. */
async function runScript(directory, script, ...args) {
  const child = spawnNode(directory, script, args);
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`${script} ended with ${code}`);
  return output.trim();
}

/** Starts the server on a free port. `stop()` sends SIGTERM and resolves to the exit code. */
async function startServer(directory) {
  const child = spawnNode(directory, "server.js", []);
  const closed = new Promise((resolve) => child.once("close", resolve));
  const stop = () => {
    child.kill("SIGTERM");
    return closed;
  };
  try {
    return { url: await addressOf(child, closed), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function addressOf(child, closed) {
  return new Promise((resolve, reject) => {
    const timeout = setTimeout(() => reject(new Error("the server did not start in time")), START_SECONDS * 1000);
    closed.then((code) => reject(new Error(`the server ended with ${code} before it listened`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const [url] = /http:\S+$/.exec(line) ?? [];
      if (url === undefined) return;
      clearTimeout(timeout);
      resolve(url);
    });
  });
}

function spawnNode(directory, script, args) {
  const { DATABASE_URL: _ours, ...env } = process.env;
  return spawn(process.execPath, [script, ...args], {
    cwd: directory,
    env: { ...env, PORT: "0", HOST: "127.0.0.1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
}

module.exports = { copyExample, runScript, startServer };
