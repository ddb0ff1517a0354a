// The example shop with its dashboard, built as its README describes, and the same shop with the plugin.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runMedusa } from "./command.js";
import { copyExample, EXAMPLE, isOfExample, LINE, ROOT, replaceLine } from "./example.js";

/** Replaces the example's line. */
const WITH_PLUGIN = `
  modules: [{ resolve: "medusa-api-key-native" }],
  plugins: [{ resolve: "medusa-api-key-native", options: {} }],
`;

/** Returns the folder of the built shop. Rebuilds it only if the example or the packages have changed. */
export async function builtShop() {
  return join(await shopIn("admin", [], LINE, build), ".medusa/server");
}

/** Returns the folder of the shop with the plugin, built. Rebuilds it only if the example, the packages or the plugin have changed. */
export async function builtPluginShop() {
  return join(await shopIn("admin-plugin", pluginFiles(), WITH_PLUGIN, build), ".medusa/server");
}

/** Returns the folder of the shop with the plugin for a development server, whose dashboard is bundled on demand. */
export function pluginShop() {
  return shopIn("admin-develop", pluginFiles(), WITH_PLUGIN, async () => {});
}

function build(shop) {
  return runMedusa(shop, { DATABASE_URL: "postgres://127.0.0.1/none", NODE_ENV: "production" }, ["build"]);
}

/** Returns the folder of a shop in a cache below target/, which is made again if the fingerprint has changed. */
async function shopIn(name, sources, line, prepare) {
  const cache = join(ROOT, "target", name);
  const home = join(cache, fingerprint(sources));
  if (!existsSync(home)) {
    rmSync(cache, { recursive: true, force: true });
    const unfinished = join(cache, "unfinished");
    mkdirSync(unfinished, { recursive: true });
    const shop = await copyExample(unfinished);
    await replaceLine(shop, line);
    await prepare(shop);
    renameSync(unfinished, home);
  }
  return join(home, "shop");
}

function pluginFiles() {
  const built = join(ROOT, ".medusa/server");
  return readdirSync(built, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function fingerprint(sources) {
  const hash = createHash("sha256").update(readFileSync(join(ROOT, "package-lock.json")));
  for (const path of sources) hash.update(path).update(readFileSync(path));
  for (const entry of readdirSync(EXAMPLE, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    if (entry.isFile() && isOfExample(path)) hash.update(path).update(readFileSync(path));
  }
  return hash.digest("hex").slice(0, 16);
}
