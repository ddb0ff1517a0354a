// Runs the requested scenarios on one PostgreSQL server.

import pg from "pg";
import { startPostgres } from "../harness/postgres-for-run.js";
import { openShop } from "./databases/shop.mjs";
import { describeMachine, postgresVersion } from "./measuring/machine.mjs";
import { Progress } from "./measuring/progress.mjs";
import { evaluateTargets } from "./report/targets.mjs";
import { NAMES } from "./scenarios/views.mjs";

const COMPARED_PACKAGES = ["@medusajs/api-key", "pg", "libsql", "fast-jwt", "jsonwebtoken"];

/** Runs the named scenarios and returns the results. */
export async function runScenarios(names, sizes) {
  const machine = describeMachine(COMPARED_PACKAGES);
  const progress = new Progress();
  progress.show("starting PostgreSQL");
  const postgres = await startPostgres();
  let opening = null;
  try {
    machine.postgres = await versionAt(postgres.url);
    const shop = () => {
      opening ??= openShop(postgres.url, sizes, progress);
      return opening;
    };
    const figures = [];
    for (const name of names) {
      const scenario = await import(`./scenarios/${name}.mjs`);
      figures.push(...(await scenario.run({ serverUrl: postgres.url, sizes, progress, shop })));
    }
    const opened = await opening;
    const absent = opened?.leased === null ? [NAMES.leased] : [];
    await opened?.close();
    return {
      measuredAt: new Date().toISOString(),
      machine,
      sizes,
      absent,
      figures,
      targets: evaluateTargets(figures, absent),
    };
  } finally {
    progress.clear();
    await postgres.stop();
  }
}

async function versionAt(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return postgresVersion(client).finally(() => client.end());
}
