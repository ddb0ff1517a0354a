import { randomBytes } from "node:crypto";
import { startPostgres } from "../../harness/postgres-for-run.js";

/** Starts one PostgreSQL for all suites, unless `npm test` or the user has named one in TEST_POSTGRES_URL. */
export default async function globalSetup() {
  process.env.TEST_SHOP_TEMPLATE = `test_shop_${randomBytes(8).toString("hex")}`;
  if (process.env.TEST_POSTGRES_URL) return;
  const { url, stop } = await startPostgres();
  process.env.TEST_POSTGRES_URL = url;
  globalThis.stopPostgres = stop;
}
