// Tests an addon that was built elsewhere, as a release does with each addon on its own platform. Replaces the one in binding/.
//
//   npm run test-addon -- FOLDER               all suites that test the addon
//   npm run test-addon -- FOLDER create list   these
//   npm run test-addon -- FOLDER --smoke       creates one key, on SQLite, with the packed package

import { copyFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { buildPlugin } from "../harness/plugin.mjs";
import { installPackages } from "../harness/setup.mjs";
import { fail, JEST, root, run, runPackage, step } from "../harness/steps.mjs";
import { loaded } from "./release/load.mjs";
import { packAll } from "./release/pack.mjs";
import { addonName, hostTarget, targetsIn } from "./release/targets.mjs";

const [folder, ...options] = process.argv.slice(2);
if (folder === undefined) fail("Which folder has the addon? npm run test-addon -- FOLDER");
const target = hostTarget();
if (!targetsIn(resolve(folder)).includes(target)) fail(`${folder} has no addon for ${target}.`);

await installPackages();
if (options[0] === "--smoke") await smoke();
else await test();

/** Packs the addon, and uses the packages: where there is no PostgreSQL for the tests. */
async function smoke() {
  const packages = await step("Packing", () => packAll([target], resolve(folder)));
  console.log(`\n✓ a key was created and authenticated in ${loaded(target, packages, [process.execPath])}`);
}

async function test() {
  copyFileSync(join(resolve(folder), addonName(target)), join(root, "binding", addonName(target)));
  await step("Compiling module/ to dist/", () => {
    rmSync(join(root, "dist"), { recursive: true, force: true });
    return runPackage("typescript/bin/tsc", ["--project", "tsconfig.build.json"]);
  });
  await buildPlugin();
  // Without paths all suites, but for those that read the checkout's own files.
  const suites = options.length > 0 ? options : ["__test__/(?!release/|docs/|package/)"];
  await run(process.execPath, [...JEST, ...suites]);
}
