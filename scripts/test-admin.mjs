// Sets up, builds, and lets Medusa's own dashboard drive the example shop in headless Chromium; see __test__/admin.
// With --screenshots the pictures that README.md shows are taken anew.

import { spawn } from "node:child_process";
import { build } from "./build.mjs";
import { fail, root, step } from "./steps.mjs";

await build();
// Imported late: they need packages that the set-up above installs.
const { findChromium } = await import("../__test__/admin/browser.mjs");
const { builtShop } = await import("../__test__/admin/shop.mjs");
const { startPostgres } = await import("../__test__/support/postgres-process.mjs");

if (findChromium() === null) {
  fail('Chromium is needed: install it ("apt-get install chromium"), or name its program in CHROMIUM.');
}
await step("Building the shop with its dashboard (a minute, kept in target/admin until something changes)", builtShop);
const postgres = await step("Starting PostgreSQL", startPostgres);
const pictures = process.argv.includes("--screenshots") ? { SCREENSHOTS: `${root}docs/images` } : {};
const { succeeded, passed, failed } = await step("Driving the dashboard in Chromium", () =>
  nodeTest("__test__/admin/api-keys.browser.mjs", { TEST_POSTGRES_URL: postgres.url, ...pictures }),
);
await postgres.stop();
console.log(`\nadmin: ${passed} passed, ${failed} failed`);
process.exitCode = succeeded && passed > 0 ? 0 : 1;

/** Runs a file of tests on Node.js's own runner, shows what it prints, and reads its counts. */
function nodeTest(file, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--test", "--test-reporter=spec", file], {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
      process.stdout.write(chunk);
    });
    child.on("error", reject);
    child.on("close", (code) => {
      const count = (name) => Number(new RegExp(`^. ${name} (\\d+)$`, "m").exec(output)?.[1] ?? 0);
      const failed = count("fail") + count("cancelled");
      resolve({ succeeded: code === 0, passed: count("pass"), failed: Math.max(failed, code === 0 ? 0 : 1) });
    });
  });
}
