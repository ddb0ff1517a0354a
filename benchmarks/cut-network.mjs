// Measures calls while a network drops every packet: `node benchmarks/cut-network.mjs` (Linux, root; `npm run build` first).
// Prints for each situation how many calls failed, and how long the longest took. The server runs in its own network namespace.

import { createRequire } from "node:module";
import pg from "pg";
import { Network } from "../harness/network.js";
import { PgBouncer } from "../harness/pgbouncer.js";
import { PostgresServer } from "../harness/postgres.js";

const { ApiKeyModuleService } = createRequire(import.meta.url)("../index.js");
const SECRET = { title: "A key", type: "secret", created_by: "user_1" };
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const network = Network.create();
const server = await PostgresServer.create({ network });
const open = (url, options = {}) => new ApiKeyModuleService({ databaseUrl: url, ...options });

/** Prints how many of the calls failed, why, and how long the longest took. */
async function report(title, calls) {
  const outcomes = await Promise.all(calls);
  const failed = outcomes.filter(({ error }) => error !== undefined);
  const longest = Math.max(...outcomes.map(({ ms }) => ms));
  const reasons = [...new Set(failed.map(({ error }) => error.message))].join("; ");
  console.log(
    `${title}: ${failed.length} of ${outcomes.length} failed, longest ${longest.toFixed(0)} ms${reasons && ` (${reasons})`}`,
  );
}

async function timed(call) {
  const begun = performance.now();
  const error = await call().then(
    () => undefined,
    (reason) => reason,
  );
  return { ms: performance.now() - begun, error };
}

async function withService(use, url = server.url(), options = {}) {
  const service = open(url, options);
  const key = await service.createApiKeys(SECRET);
  await service.authenticate(key.token);
  await Promise.allSettled(Array.from({ length: 10 }, () => service.listApiKeys()));
  await use(service, key);
  await service.close();
}

await withService(async (service, { id }) => {
  const locker = new pg.Client({ connectionString: server.url() });
  locker.on("error", () => undefined);
  await locker.connect();
  await locker.query("BEGIN; LOCK TABLE api_key IN ACCESS EXCLUSIVE MODE");
  const reads = Array.from({ length: 10 }, () => timed(() => service.listApiKeys()));
  await pause(300);
  network.cut();
  await server.queryInside(
    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted",
  );
  locker.connection.stream.destroy();
  await pause(2_000);
  network.healForNewConnections();
  await pause(2_000);
  await report("revoke, 2 s after ten statements in flight were cut off and new connections pass", [
    timed(() => service.revoke(id, { revoked_by: "user_1" })),
  ]);
  await report("the ten statements in flight", reads);
});
network.heal();

await withService(async (service) => {
  network.cut();
  await pause(5_000);
  network.healForNewConnections();
  const calls = [];
  for (let round = 0; round < 10; round++) calls.push(await timed(() => service.listApiKeys()));
  await report("ten lists one after the other, after idle connections were lost", calls);
});
network.heal();

await withService(async (service) => {
  network.cut();
  await pause(5_000);
  network.healForNewConnections();
  await report(
    "forty lists at once, after idle connections were lost",
    Array.from({ length: 40 }, () => timed(() => service.listApiKeys())),
  );
});
network.heal();

await withService(async (service, { token }) => {
  network.cut();
  const first = timed(() => service.authenticate(token));
  await pause(1_000);
  await report("authenticate (strict), two calls a second apart while nothing passes", [
    first,
    timed(() => service.authenticate(token)),
  ]);
});
network.heal();

const pooler = await PgBouncer.start(server.url(), "session", { default_pool_size: 1 });
const holder = new pg.Client({ connectionString: pooler.url });
await holder.connect();
await holder.query("SELECT 1");
const waiting = open(pooler.url, { pool: { acquireTimeoutMs: 2_000 }, migrate: false });
await report(
  "twelve lists behind a full pooler",
  Array.from({ length: 12 }, () => timed(() => waiting.listApiKeys())),
);
await holder.end();
await waiting.close();
await pooler.stop();

const refused = open("postgres://me@127.0.0.1:1/db");
await report("a server that refuses connections", [timed(() => refused.listApiKeys())]);
await refused.close();

await server.remove();
network.remove();
