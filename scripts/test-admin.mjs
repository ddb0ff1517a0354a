// Sets up, builds, and tests the example shop, without and with the plugin, through Medusa's dashboard in headless Chromium; see
// __test__/admin. With --screenshots, retakes the pictures in docs/images.

import { build } from "../harness/build.mjs";
import { fail, root, runCapturing, step } from "../harness/steps.mjs";

const FILES = ["api-keys", "plugin", "develop"].map((name) => `__test__/admin/${name}.browser.mjs`);

await build();
// Imported late: they need packages that build() installs.
const { findChromium } = await import("../harness/browser.mjs");
const { builtPluginShop, builtShop } = await import("../harness/shop/admin.mjs");
const { startPostgres } = await import("../harness/postgres-for-run.js");

if (findChromium() === null) {
  fail('Chromium is needed. Install it ("apt-get install chromium"), or set CHROMIUM to its path.');
}
await step(
  "Building the shop with its dashboard, without and with the plugin (two minutes; cached in target/ until the sources change)",
  () => Promise.all([builtShop(), builtPluginShop()]),
);
const postgres = await step("Starting PostgreSQL", startPostgres);
const pictures = process.argv.includes("--screenshots") ? { SCREENSHOTS: `${root}docs/images` } : {};
const { succeeded, passed, failed } = await step("Driving the dashboard in Chromium", () =>
  nodeTest(FILES, { TEST_POSTGRES_URL: postgres.url, ...pictures }),
);
await postgres.stop();
console.log(`\nadmin: ${passed} passed, ${failed} failed`);
process.exitCode = succeeded && passed > 0 ? 0 : 1;

/** Runs test files with Node.js's test runner, one after the other, and parses their counts. */
async function nodeTest(files, env) {
  const args = ["--test", "--test-concurrency=1", "--test-reporter=spec", ...files];
  const { succeeded, output } = await runCapturing(process.execPath, args, env);
  const count = (name) => Number(new RegExp(`^. ${name} (\\d+)$`, "m").exec(output)?.[1] ?? 0);
  const failed = count("fail") + count("cancelled");
  return { succeeded, passed: count("pass"), failed: Math.max(failed, succeeded ? 0 : 1) };
}
