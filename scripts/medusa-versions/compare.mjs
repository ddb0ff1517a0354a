// Plays the same requests on two servers of one shop, with Medusa's own API Key Module and with this package, and compares what comes back.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createDatabase } from "../../harness/database.mjs";
import { runMedusa } from "../../harness/shop/command.js";
import { LINE } from "../../harness/shop/example.js";
import { serveShop } from "../../harness/shop/server.js";
import { Requests } from "./requests.mjs";
import { afterSwitching, scenario, USER } from "./scenario.mjs";

export const MIGRATE = ["db:migrate", "--execute-safe-links"];

/**
 * Runs a shop on stock and on this package, each on a new database; then switches the stock shop to this package, and back. Throws if the
 * results differ. Returns the number of requests.
 */
export async function compareSides(folder, serverUrl, name) {
  const stock = await createDatabase(serverUrl, `${name}_stock`);
  const ours = await createDatabase(serverUrl, `${name}_ours`);
  const expected = await played(folder, stock, "stock", (requests) => scenario(requests));
  const actual = await played(folder, ours, "ours", (requests) => scenario(requests));
  equal(actual, expected, "a new shop");

  if (await isOurs(stock)) throw new Error("Medusa's own module has made our columns");
  const kept = expected.result;
  const switched = await played(folder, stock, "ours", (requests) => afterSwitching(requests, kept));
  if (!(await isOurs(stock))) throw new Error("db:migrate did not add our columns to Medusa's table");
  const back = await played(folder, stock, "stock", (requests) => afterSwitching(requests, kept));
  equal(switched, back, "a shop that changed from stock and back");
  await stock.drop();
  await ours.drop();
  return [expected, actual, switched, back].reduce((sum, { exchanges }) => sum + exchanges.length, 0);
}

async function played(folder, database, side, play) {
  configure(folder, side);
  const env = { DATABASE_URL: database.url, DISABLE_MEDUSA_ADMIN: "true", NODE_ENV: "development" };
  await runMedusa(folder, env, MIGRATE);
  const { rows } = await database.query("SELECT count(*)::int AS users FROM public.user");
  if (rows[0].users === 0) await runMedusa(folder, env, ["user", "--email", USER.email, "--password", USER.password]);
  const server = await serveShop(folder, env);
  try {
    const requests = new Requests(server.url);
    const result = await play(requests);
    return { exchanges: requests.exchanges, result };
  } catch (error) {
    throw new Error(`${side}: ${error.message}\n${server.log()}`);
  } finally {
    await server.stop();
  }
}

/** Selects the shop's API Key Module. */
export function configure(folder, side) {
  const file = join(folder, "medusa-config.ts");
  const config = readFileSync(file, "utf8");
  const other = "modules: [],";
  const [from, to] = side === "ours" ? [other, LINE] : [LINE, other];
  writeFileSync(file, config.replace(from, to));
  if (!readFileSync(file, "utf8").includes(to))
    throw new Error(`the example's configuration contains neither ${from} nor ${to}`);
}

function equal(actual, expected, where) {
  const [left, right] = [actual, expected].map(({ exchanges }) => exchanges);
  const different = right.flatMap((exchange, index) =>
    JSON.stringify(exchange) === JSON.stringify(left[index])
      ? []
      : [`stock: ${JSON.stringify(exchange)}\nours:  ${JSON.stringify(left[index])}`],
  );
  if (left.length !== right.length) different.push(`${left.length} instead of ${right.length} requests`);
  if (different.length > 0)
    throw new Error(`${where}: ${different.length} results differ from stock's\n${different.join("\n")}`);
}

/** Returns whether the table has a column of this package. */
async function isOurs(database) {
  const statement =
    "SELECT FROM information_schema.columns WHERE table_name = 'api_key' AND column_name = 'token_digest'";
  return (await database.query(statement)).rowCount > 0;
}
