// A complete Medusa server of examples/medusa on its own database, with this package or with Medusa's own API Key Module.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDatabase } from "../../harness/database.mjs";
import { runMedusa } from "../../harness/shop/command.js";
import { copyExample, replaceLine } from "../../harness/shop/example.js";
import { serveShop } from "../../harness/shop/server.js";

const USER = { email: "ada@example.com", password: "correct horse" };
const REGION = { name: "Europe", currency_code: "eur", countries: ["de", "fr", "it"] };

/** Starts a server; returns its `url`, an admin's `jwt` and `secret` key, and `close`. `name` is `ours` or `stock`. */
export async function openServer(serverUrl, name) {
  const home = mkdtempSync(join(tmpdir(), `medusa-api-key-native-${name}-`));
  const folder = await copyExample(home);
  if (name === "stock") await replaceLine(folder, "");
  const database = await createDatabase(serverUrl, `medusa_${name}`);
  const env = { DATABASE_URL: database.url, DISABLE_MEDUSA_ADMIN: "true", NODE_ENV: "production", LOG_LEVEL: "warn" };
  await runMedusa(folder, env, ["db:migrate", "--skip-scripts", "--skip-search"]);
  await runMedusa(folder, env, ["user", "--email", USER.email, "--password", USER.password]);
  const shop = await serveShop(folder, env);
  const jwt = await logIn(shop.url);
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

/** Returns a JWT of the user, for `Authorization: Bearer`. */
async function logIn(url) {
  const answer = await fetch(`${url}/auth/user/emailpass`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(USER),
  });
  if (!answer.ok) throw new Error(`Medusa responded to the log-in with status ${answer.status}.`);
  return (await answer.json()).token;
}

async function post(url, jwt, path, body) {
  const answer = await fetch(url + path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${jwt}` },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`POST ${path} returned status ${answer.status}.`);
  return answer.json();
}
