// Builds plugin/, the plugin for Medusa, with Medusa's own command. The result is in .medusa/server, where Medusa looks for it in a package.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fail, root, step } from "./steps.mjs";

const SOURCE = join(root, "plugin");
const BUILT = join(root, ".medusa/server");
/** What the sources were when the plugin was built. It is beside the result, and not published. */
const MARK = join(root, ".medusa/sources");
const ENTRIES = ["src/api/middlewares.js", "src/admin/index.js", "src/admin/index.mjs", "src/workflows/index.d.ts"];

/** Builds the plugin, unless its sources and the installed packages are those of the last build. Needs the packages of the workspaces. */
export async function buildPlugin() {
  if (isPluginCurrent()) return;
  await step("Building the plugin for Medusa (half a minute; only after changes)", build);
}

/** Returns whether the built plugin is that of the sources. */
export function isPluginCurrent() {
  const isComplete = ENTRIES.every((entry) => existsSync(join(BUILT, entry)));
  return isComplete && existsSync(MARK) && readFileSync(MARK, "utf8") === fingerprint();
}

async function build() {
  const output = join(SOURCE, ".medusa/server");
  rmSync(MARK, { force: true });
  // Imported late: it needs packages that setup() installs.
  const { runMedusa } = await import("./shop/command.js");
  await runMedusa(SOURCE, { NODE_ENV: "production" }, ["plugin:build"]);
  const missing = ENTRIES.filter((entry) => !existsSync(join(output, entry)));
  if (missing.length > 0) fail(`"medusa plugin:build" wrote no ${missing.join(", ")}.`);
  rmSync(BUILT, { recursive: true, force: true });
  mkdirSync(join(BUILT, ".."), { recursive: true });
  renameSync(output, BUILT);
  rmSync(join(SOURCE, ".medusa"), { recursive: true, force: true });
  writeFileSync(MARK, fingerprint());
}

function fingerprint() {
  const hash = createHash("sha256").update(readFileSync(join(root, "package-lock.json")));
  const files = readdirSync(SOURCE, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => !file.startsWith(join(SOURCE, ".medusa")))
    .sort();
  for (const file of files) hash.update(file.slice(root.length)).update("\0").update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}
