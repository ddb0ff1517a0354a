// A PostgreSQL server for one run of the tests, as a program of its own: it prints its URL, serves until its standard input ends, and
// leaves nothing behind. Its input ends however its parent ends, so that an interrupted run leaves no server either.

import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { prepareBinaries } from "../../harness/binaries.js";

const call = promisify(execFile);
const PASSWORD = "correct horse";
const START_TIMEOUT_MS = 30_000;

const CLUSTER = [
  "--username=postgres",
  "--auth=scram-sha-256",
  "--encoding=UTF8",
  // Sorts and folds case alike on every system.
  ...["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"],
  // Deriving a password costs each connection some milliseconds otherwise.
  ...["-c", "scram_iterations=1"],
  "--no-sync",
];

const SETTINGS = {
  fsync: "off",
  full_page_writes: "off",
  listen_addresses: "127.0.0.1",
  max_connections: "200",
  synchronous_commit: "off",
  timezone: "UTC",
  unix_socket_directories: "",
};

const home = await mkdtemp(join(tmpdir(), "medusa-api-key-native-"));
let server = null;
let stopping = null;

process.stdin.once("close", stop).resume();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop);

try {
  const { program, runAs: options } = await prepareBinaries(home);
  const port = await freePort();
  const url = `postgres://postgres:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/postgres`;
  await createCluster(program, options);
  await startServer(program, options, port, url);
  process.stdout.write(`${JSON.stringify({ url })}\n`);
} catch (error) {
  process.stderr.write(`PostgreSQL did not start: ${error.stderr || error.message}\n`);
  process.exitCode = 1;
  await stop();
}

async function createCluster(program, options) {
  const passwordFile = join(home, "password");
  await writeFile(passwordFile, PASSWORD);
  await call(program("initdb"), [...CLUSTER, `--pgdata=${join(home, "data")}`, `--pwfile=${passwordFile}`], options);
}

async function startServer(program, options, port, url) {
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  server = spawn(program("postgres"), ["-D", join(home, "data"), "-p", String(port), ...settings], {
    ...options,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  server.stderr.on("data", (chunk) => {
    log = (log + chunk).slice(-4_000);
  });
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await answers(url))) {
    if (server.exitCode !== null || Date.now() > deadline) throw new Error(log);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function answers(url) {
  const client = new pg.Client({ connectionString: url });
  return client
    .connect()
    .then(() => client.end())
    .then(
      () => true,
      () => false,
    );
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

function stop() {
  stopping ??= (async () => {
    if (server?.exitCode === null && server.signalCode === null) {
      const stopped = new Promise((resolve) => server.once("exit", resolve));
      // PostgreSQL's fast shutdown: sessions end, nothing is waited for.
      server.kill("SIGINT");
      await stopped;
    }
    await rm(home, { recursive: true, force: true });
    process.exit();
  })();
  return stopping;
}
