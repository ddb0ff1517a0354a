// PostgreSQL databases for shops, copied from one that Medusa has migrated with its own API Key Module: a shop that has run on stock.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { runMedusa } from "../../harness/shop/command.js";
import { createPostgresDatabase, onServer, type PostgresDatabase, urlOf } from "../support/postgres";
import { copyShop } from "./copy";

/** What a shop's database needs, without search indexes and data of older versions. */
export const MIGRATE = ["db:migrate", "--skip-scripts", "--skip-search"];

/** What a shop is told by its environment: its database, and that it needs no dashboard. */
export const environment = (databaseUrl: string) => ({ DATABASE_URL: databaseUrl, DISABLE_MEDUSA_ADMIN: "true" });

/** Any number that nothing else locks. */
const LOCK = 7_263_514;

/** Creates a database that stock has migrated. The first of a run of the tests takes some ten seconds. */
export async function createShopDatabase(): Promise<PostgresDatabase> {
  await prepareTemplate(template());
  return createPostgresDatabase(`TEMPLATE ${template()}`);
}

function template(): string {
  const name = process.env.TEST_SHOP_TEMPLATE;
  if (!name) throw new Error("TEST_SHOP_TEMPLATE is not set: jest-global-setup.mjs sets it.");
  return name;
}

// Test files run in processes of their own: the first one makes the template, the others wait for it.
async function prepareTemplate(name: string): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf("postgres") });
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock($1)", [LOCK]);
    const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = $1", [name]);
    if (rowCount === 0) await makeTemplate(name);
  } finally {
    await client.end();
  }
}

async function makeTemplate(name: string): Promise<void> {
  const unfinished = `${name}_unfinished`;
  await onServer(`CREATE DATABASE ${unfinished} STRATEGY file_copy`);
  const home = await mkdtemp(join(tmpdir(), "medusa-api-key-native-template-"));
  try {
    await runMedusa(await copyShop(home, { apiKeys: "stock" }), environment(urlOf(unfinished)), MIGRATE);
    await onServer(`ALTER DATABASE ${unfinished} RENAME TO ${name}`);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
