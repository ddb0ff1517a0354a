// Tests this package in other versions of Medusa than the one in the lock file. Installs each into a temporary folder, as a shop that is
// a copy of examples/medusa, and compares the shop with this package to the same shop with that version's own API Key Module; then sends
// requests with restricted keys to the shop with scopedAdminKeys.
//
//   npm run medusa-versions                        the versions that docs/medusa.md claims
//   npm run medusa-versions -- 2.8.8 latest        these versions or tags
//   npm run medusa-versions -- --keep 2.8.8        keeps the folder and prints its path

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "../harness/build.mjs";
import { fail, root, step } from "../harness/steps.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { keep: { type: "boolean", default: false } },
});
await build();
// Imported late: they need packages that build() installs.
const { startPostgres } = await import("../harness/postgres-for-run.js");
const { exactVersion, installShop } = await import("./medusa-versions/install.mjs");
const { compareSides } = await import("./medusa-versions/compare.mjs");
const { checkGuard } = await import("./medusa-versions/guard.mjs");

const { medusaVersions } = JSON.parse(readFileSync(`${root}scripts/package.json`, "utf8"));
const postgres = await step("Starting PostgreSQL", startPostgres);
const results = [];
for (const name of positionals.length > 0 ? positionals : medusaVersions) results.push(await tested(name));
await postgres.stop();

console.log("\nMedusa     requests  result");
for (const { version, requests, problem } of results) {
  console.log(`${version.padEnd(10)} ${String(requests).padStart(8)}  ${problem?.split("\n")[0] ?? "passed"}`);
}
for (const { version, problem } of results) if (problem) console.error(`\n✗ ${version}\n${problem}`);
if (results.some(({ problem }) => problem)) fail("not every version passed");

async function tested(name) {
  const version = exactVersion(name);
  // Without the version: Medusa finds no migrations in a folder whose name has dots.
  const folder = mkdtempSync(join(tmpdir(), "medusa-api-key-native-shop-"));
  try {
    await step(`Medusa ${version}: installing it (some minutes)`, () => installShop(version, folder));
    const name = `medusa_${version.replace(/\W/g, "_")}`;
    const requests = await step(`Medusa ${version}: migrating, serving and comparing`, () =>
      compareSides(folder, postgres.url, name),
    );
    const guarded = await step(`Medusa ${version}: serving with scopedAdminKeys`, () =>
      checkGuard(folder, postgres.url, name),
    );
    return { version, requests: requests + guarded };
  } catch (error) {
    console.error(`  failed: ${error.message}`);
    return { version, requests: 0, problem: error.stack };
  } finally {
    if (values.keep) console.log(`  kept: ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  }
}
