import pg from "pg";

/** Stops what jest-global-setup.mjs started; on a server of the user's, removes the template of __test__/medusa/database.ts. */
export default async function globalTeardown() {
  if (globalThis.stopPostgres) return globalThis.stopPostgres();
  const client = new pg.Client({ connectionString: process.env.TEST_POSTGRES_URL });
  await client.connect();
  for (const name of [process.env.TEST_SHOP_TEMPLATE, `${process.env.TEST_SHOP_TEMPLATE}_unfinished`]) {
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  }
  await client.end();
}
