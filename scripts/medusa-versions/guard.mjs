// Sends requests with restricted keys to a shop that has scopedAdminKeys.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createDatabase } from "../../harness/database.mjs";
import { runMedusa } from "../../harness/shop/command.js";
import { serveShop } from "../../harness/shop/server.js";
import { ApiKeyModuleService } from "../../index.js";
import { configure, MIGRATE } from "./compare.mjs";

const MIDDLEWARES = `import { defineMiddlewares } from "@medusajs/framework/http";
import { scopedAdminKeys } from "medusa-api-key-native/medusa";

export default defineMiddlewares({ routes: [...scopedAdminKeys()] });
`;

/** What each kind of key gets for GET and POST of its resource, and for GET of another one. */
const EXPECTED = [
  { members: {}, statuses: [200, 400, 200] },
  { members: { scopes: [] }, statuses: [403, 403, 403] },
  { members: { scopes: ["products:read"] }, statuses: [200, 403, 403] },
  { members: { scopes: ["products:write"] }, statuses: [403, 400, 403] },
  { members: { scopes: ["*:read"] }, statuses: [200, 403, 200] },
  { members: { owner: { type: "seller", id: "sel_1" } }, statuses: [403, 403, 403] },
];

/** Returns whether this version has what scopedAdminKeys needs: since Medusa 2.8. */
function hasApiLoader(folder) {
  const file = join(folder, "node_modules/@medusajs/framework/dist/http/router.d.ts");
  return existsSync(file) && /class ApiLoader\b/.test(readFileSync(file, "utf8"));
}

/** Throws if a request ends otherwise than expected. Returns the number of requests. */
export async function checkGuard(folder, serverUrl, name) {
  if (!hasApiLoader(folder)) {
    console.log("  scopedAdminKeys: not for this version");
    return 0;
  }
  const database = await createDatabase(serverUrl, `${name}_guard`);
  const file = join(folder, "src/api/middlewares.ts");
  const env = { DATABASE_URL: database.url, DISABLE_MEDUSA_ADMIN: "true", NODE_ENV: "development" };
  configure(folder, "ours");
  mkdirSync(join(folder, "src/api"), { recursive: true });
  writeFileSync(file, MIDDLEWARES);
  try {
    await runMedusa(folder, env, MIGRATE);
    const server = await serveShop(folder, env);
    try {
      return await requests(server.url, database.url);
    } catch (error) {
      throw new Error(`scopedAdminKeys: ${error.message}\n${server.log()}`);
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(file);
    await database.drop();
  }
}

async function requests(url, databaseUrl) {
  const service = new ApiKeyModuleService({ databaseUrl, hashing: "sha256" });
  let sent = 0;
  for (const { members, statuses } of EXPECTED) {
    const { token } = await service.createApiKeys({ title: "Guard", type: "secret", created_by: "tests", ...members });
    const headers = { Authorization: `Basic ${token}`, "Content-Type": "application/json" };
    const found = [];
    for (const [method, path, body] of [
      ["GET", "/admin/products"],
      ["POST", "/admin/products", "{}"],
      ["GET", "/admin/customers"],
    ]) {
      found.push((await fetch(url + path, { method, headers, body })).status);
      sent++;
    }
    if (`${found}` !== `${statuses}`) {
      throw new Error(`${JSON.stringify(members)}: statuses ${found} instead of ${statuses}`);
    }
  }
  await service.close();
  return sent;
}
