// Tests an addon that was built elsewhere, as a release does with each addon on its own platform. Replaces the one in binding/.
//
//   npm run test-addon -- FOLDER [paths of tests]

import { copyFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { installPackages } from "../harness/setup.mjs";
import { fail, root, run, runPackage, step } from "../harness/steps.mjs";
import { addonName, hostTarget, targetsIn } from "./release/targets.mjs";

const [folder, ...paths] = process.argv.slice(2);
if (folder === undefined) fail("Which folder has the addon? npm run test-addon -- FOLDER");
const target = hostTarget();
if (!targetsIn(resolve(folder)).includes(target)) fail(`${folder} has no addon for ${target}.`);

await installPackages();
copyFileSync(join(resolve(folder), addonName(target)), join(root, "binding", addonName(target)));
await step("Compiling module/ to dist/", () => {
  rmSync(join(root, "dist"), { recursive: true, force: true });
  return runPackage("typescript/bin/tsc", ["--project", "tsconfig.build.json"]);
});
// Without paths all suites, but for those that read the checkout's own files.
const suites = paths.length > 0 ? paths : ["__test__/(?!release/|docs/|package/)"];
await run(process.execPath, ["--experimental-vm-modules", "node_modules/jest/bin/jest.js", ...suites]);
