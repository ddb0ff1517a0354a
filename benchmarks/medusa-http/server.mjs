// One whole Medusa server of examples/medusa on a database of its own, with this package or with Medusa's own API Key Module.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyShop, logIn, runMedusa, serveShop } from "../../__test__/admin/shop.mjs";
import { createDatabase } from "../databases/postgres.mjs";

const LINE = 'modules: [{ resolve: "medusa-api-key-native" }],';
const USER = { email: "ada@example.com", password: "correct horse" };
const REGION = { name: "Europe", currency_code: "eur", countries: ["de", "fr", "it"] };

/** Answers the server's `url`, a `jwt` and a `secret` of an admin, and `close`. `name` is `ours` or `stock`. */
export async function openServer(serverUrl, name) {
  const home = mkdtempSync(join(tmpdir(), `medusa-api-key-native-${name}-`));
  const folder = copyShop(home);
  if (name === "stock") removeLine(join(folder, "medusa-config.ts"));
  const database = await createDatabase(serverUrl, `medusa_${name}`);
  const env = { DATABASE_URL: database.url, DISABLE_MEDUSA_ADMIN: "true", NODE_ENV: "production", LOG_LEVEL: "warn" };
  await runMedusa(folder, ["db:migrate", "--skip-scripts", "--skip-search"], env);
  await runMedusa(folder, ["user", "--email", USER.email, "--password", USER.password], env);
  const shop = await serveShop(folder, env);
  const jwt = await logIn(shop.url, USER.email, USER.password);
  await post(shop.url, jwt, "/admin/regions", REGION);
  const { api_key } = await post(shop.url, jwt, "/admin/api-keys", { title: "Warehouse", type: "secret" });
  return {
    url: shop.url,
    jwt,
    secret: api_key.token,
    close: async () => {
      await shop.stop();
      await database.drop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function removeLine(file) {
  const config = readFileSync(file, "utf8");
  if (!config.includes(LINE)) throw new Error(`The example's configuration does not hold the line ${LINE}`);
  writeFileSync(file, config.replace(LINE, ""));
}

async function post(url, jwt, path, body) {
  const answer = await fetch(url + path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${jwt}` },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`POST ${path} was answered with ${answer.status}.`);
  return answer.json();
}
