// `npm run bench:medusa`: measures a request to Medusa's Admin API with a secret key and with a JWT, on this package and on stock.
// Exits with 1 if the servers' responses differ, never because of a time. --quick only checks that everything works.

import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { build } from "../../harness/build.mjs";

const FULL = { rounds: 7, fastMs: 2_000, slowMs: 2_000 };
const QUICK = { rounds: 1, fastMs: 200, slowMs: 200 };
const CALLERS = [1, 10];
const PACKAGES = ["@medusajs/medusa", "@medusajs/api-key"];

const { quick } = parseArgs({ options: { quick: { type: "boolean", default: false } } }).values;
const sizes = quick ? QUICK : FULL;
const name = quick ? "medusa-http-quick" : "medusa-http";

await build(quick ? "quick" : "release");
// Imported late: they need packages that build() installs.
const { startPostgres } = await import("../../harness/postgres-for-run.js");
const { describeMachine, postgresVersion } = await import("../measuring/machine.mjs");
const { Progress } = await import("../measuring/progress.mjs");
const { contest, OutputsDiffer } = await import("../measuring/contest.mjs");
const { createDatabase } = await import("../../harness/database.mjs");
const { describe } = await import("../report/terminal.mjs");
const { contendersOf } = await import("./contenders.mjs");
const { report } = await import("./report.mjs");
const { openServer } = await import("./server.mjs");

const machine = describeMachine(PACKAGES);
const progress = new Progress();
progress.show("starting PostgreSQL");
const postgres = await startPostgres();
const servers = [];
try {
  const probe = await createDatabase(postgres.url, "probe");
  machine.postgres = await postgresVersion(probe.client);
  await probe.drop();
  for (const module of ["ours", "stock"]) {
    progress.show(`starting Medusa with ${module}`);
    servers.push({ module, ...(await openServer(postgres.url, module)) });
  }
  const contenders = servers.flatMap(contendersOf);
  const figures = [];
  for (const callers of CALLERS) {
    const title = `GET /admin/regions?limit=1, ${callers} at a time`;
    const labels = { scenario: "medusa-http" };
    figures.push(...(await contest({ sizes, progress }, { title, labels, callers, contenders, alike: [null] })));
  }
  progress.clear();
  console.log(`\n${describe(machine)}\n\n${report(figures)}`);
  const results = { measuredAt: new Date().toISOString(), machine, sizes, figures };
  const file = new URL(`../results/${name}.json`, import.meta.url);
  mkdirSync(new URL(".", file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, rounded, 2)}\n`);
  console.log(`\n✓ answers compared; figures are in benchmarks/results/${name}.json`);
} catch (error) {
  if (!(error instanceof OutputsDiffer)) throw error;
  process.exitCode = 1;
  console.error(`\n✗ ${error.message}`);
} finally {
  for (const server of servers) await server.close();
  await postgres.stop();
}

// Further digits are noise.
function rounded(_name, value) {
  return typeof value === "number" ? Number(value.toPrecision(6)) : value;
}
