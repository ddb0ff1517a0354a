// Measures idle services with `maxStaleness`, and how a revocation reaches them: `node benchmarks/fleet.mjs [services…]` (Linux; build first).
// Prints the processor time that PostgreSQL and the services take while idle, how long a revoked key is accepted, and what a writer pays.
// `--package DIR` measures the built checkout in DIR.

import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { PostgresServer } from "../harness/postgres.js";

const { values, positionals } = parseArgs({
  options: { package: { type: "string", default: "." }, seconds: { type: "string", default: "8" } },
  allowPositionals: true,
});
const { ApiKeyModuleService } = createRequire(import.meta.url)(resolve(values.package, "index.js"));
const SIZES = positionals.length > 0 ? positionals.map(Number) : [1, 10, 40, 100];
const BOUNDS_MS = [1_000, 200];
const IDLE_MS = Number(values.seconds) * 1_000;
const REVOCATIONS = 30;
const UPDATES = 300;
const SECRET = { title: "A key", type: "secret", created_by: "user_1" };
const CHEAP = { argon2: { memoryKib: 8, iterations: 1 } };
const NANOSECONDS_PER_MS = 1e6;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
const sorted = (numbers) => [...numbers].sort((a, b) => a - b);
const show = (ms) => ms.toFixed(ms < 10 ? 2 : 0);

const server = await PostgresServer.create({ settings: { max_connections: "500" } });
for (const boundMs of BOUNDS_MS) {
  for (const size of SIZES) {
    const services = await openAll(size, boundMs);
    const idle = await measureIdle();
    console.log(
      `bound ${boundMs} ms, ${size} services: idle, PostgreSQL ${show(idle.server)} ms/s (${show(idle.server / size)} a service), ` +
        `services ${show(idle.clients)} ms/s (${show(idle.clients / size)} each)`,
    );
    const { median, p99, worst, updateMs } = await measureChanges(services);
    console.log(
      `bound ${boundMs} ms, ${size} services: a revoked key was accepted ${show(median)} ms after (median), ${show(p99)} (p99), ${show(worst)} (worst); ` +
        `an UPDATE took ${updateMs.toFixed(2)} ms (median)`,
    );
    await Promise.all(services.map((service) => service.close()));
  }
}
await server.remove();
process.exit();

/** Opens services whose lease is held. */
async function openAll(size, maxStaleness) {
  const services = [];
  for (let index = 0; index < size; index++) {
    const service = new ApiKeyModuleService({ databaseUrl: server.url(), maxStaleness, pool: { max: 1 }, ...CHEAP });
    await service.listApiKeys({}, { take: 1 });
    services.push(service);
  }
  while (!(await areHeld(services))) await pause(100);
  return services;
}

async function areHeld(services) {
  const statuses = await Promise.all(services.map((service) => service.status()));
  return statuses.every(({ lease }) => lease.held);
}

/** Processor time in milliseconds per second while idle. */
async function measureIdle() {
  // Opening and its first writes come to an end.
  await pause(2_000);
  const before = { server: serverMs(), clients: process.cpuUsage(), at: performance.now() };
  await pause(IDLE_MS);
  const seconds = (performance.now() - before.at) / 1_000;
  const { user, system } = process.cpuUsage(before.clients);
  return { server: (serverMs() - before.server) / seconds, clients: (user + system) / 1_000 / seconds };
}

/** The processor time of all processes of the server so far, in milliseconds. */
function serverMs() {
  const postmaster = server.postmaster?.pid;
  let total = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const parent = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
      if (parent !== postmaster && Number(pid) !== postmaster) continue;
      total += Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[0]) / NANOSECONDS_PER_MS;
    } catch {
      // The process has just ended.
    }
  }
  return total;
}

/** Revokes keys that every service has in memory, and notes for each service when it last began a call that accepted one. */
async function measureChanges(services) {
  const writer = await server.connect();
  const delays = [];
  for (let round = 0; round < REVOCATIONS; round++) {
    const { id, token } = await services[0].createApiKeys(SECRET);
    for (let call = 0; call < 3; call++) await Promise.all(services.map((service) => service.authenticate(token)));
    const all = services.map((service) => ({ service, last: 0 }));
    const committed = writer.query("UPDATE api_key SET revoked_at = now() WHERE id = $1", [id]);
    let returned = Number.POSITIVE_INFINITY;
    committed.then(() => {
      returned = performance.now();
    });
    let accepting = all;
    while (accepting.length > 0) {
      const answers = await Promise.all(
        accepting.map(async (one) => {
          const start = performance.now();
          const accepted = await one.service.authenticate(token);
          if (accepted) one.last = start;
          return accepted !== false;
        }),
      );
      accepting = accepting.filter((_, index) => answers[index]);
      await pause(0);
    }
    await committed;
    for (const { last } of all) delays.push(Math.max(0, last - returned));
  }
  const { id } = await services[0].createApiKeys(SECRET);
  const updates = [];
  for (let round = 0; round < UPDATES; round++) {
    const begun = performance.now();
    await writer.query("UPDATE api_key SET title = $2 WHERE id = $1", [id, `Title ${round}`]);
    updates.push(performance.now() - begun);
  }
  await writer.end();
  const ordered = sorted(delays);
  return {
    median: quantile(ordered, 0.5),
    p99: quantile(ordered, 0.99),
    worst: ordered.at(-1),
    updateMs: quantile(sorted(updates), 0.5),
  };
}
