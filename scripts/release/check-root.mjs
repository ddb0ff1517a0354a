// Checks a folder that is to be published as the root package: its entry point must export what index.d.ts declares, with any addon, and
// be no loader of napi. `npx napi build` without `--output-dir` overwrites index.js with one.
//
//   node check-root.mjs FOLDER

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const EXPORTS = ["default", "ApiKeyModuleService", "ApiKeyError"];

const [folder] = process.argv.slice(2);
const problems = [];
if (readFileSync(join(folder, "index.js"), "utf8").includes("NAPI-RS")) problems.push("index.js is napi's loader");
if (!readFileSync(join(folder, "binding", "index.js"), "utf8").includes("NAPI-RS")) {
  problems.push("binding/index.js is not napi's loader");
}
if (problems.length === 0) {
  // Requires no addon: it is loaded with the first service.
  const exported = createRequire(join(folder, "index.js"))(folder);
  const missing = EXPORTS.filter((name) => !(name in exported));
  if (missing.length > 0) problems.push(`index.js does not export ${missing.join(", ")}`);
  if (typeof exported.ApiKeyModuleService !== "function") problems.push("ApiKeyModuleService is no class");
  if (exported.default?.service !== exported.ApiKeyModuleService)
    problems.push("the default export is no module for Medusa");
}
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
