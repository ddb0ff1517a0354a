// Installs the package as users do, from a local registry into new projects outside the checkout and without a compiler, and uses it there.
// Writes the table in docs/installation.md.
//
//   npm run install-matrix                     everything: about ten minutes, on Linux x64
//
//   --short            npm, imports, TypeScript and the errors, with this Node.js; writes nothing
//   --only TEXT        the rows whose name contains the text; writes nothing
//   --addons FOLDER    the addons to pack (default: those of the last `npm run release`)

import { existsSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { startRegistry } from "../harness/registry/registry.mjs";
import { setup } from "../harness/setup.mjs";
import { fail, step } from "../harness/steps.mjs";
import { withPlaceholders } from "./install-matrix/placeholders.mjs";
import { Workshop } from "./install-matrix/project.mjs";
import { writeMatrix } from "./install-matrix/report.mjs";
import { bundlers, testRunners } from "./install-matrix/rows-builds.mjs";
import { commandLine } from "./install-matrix/rows-command-line.mjs";
import { failures } from "./install-matrix/rows-failures.mjs";
import { managers } from "./install-matrix/rows-managers.mjs";
import { platforms } from "./install-matrix/rows-platforms.mjs";
import { usage } from "./install-matrix/rows-usage.mjs";
import { toolsOf } from "./install-matrix/tools.mjs";
import { packAll } from "./release/pack.mjs";
import { publishLocally } from "./release/publish.mjs";
import { hostTarget, RELEASE, TARGETS, targetsIn } from "./release/targets.mjs";
import { currentVersion } from "./release/version.mjs";

const GROUPS = {
  "Package managers": managers,
  "Other platforms": platforms,
  "Imports and runtimes": usage,
  "Command line": commandLine,
  "Test runners": testRunners,
  "Bundlers and frameworks": bundlers,
  "Failures, and the error of each": failures,
};

const { values } = parseArgs({
  options: {
    short: { type: "boolean", default: false },
    only: { type: "string" },
    addons: { type: "string", default: join(RELEASE, "addons") },
  },
});
const addons = resolve(values.addons);
if (!existsSync(addons) || !targetsIn(addons).includes(hostTarget()))
  fail(`${addons} has no addon for ${hostTarget()}; run "npm run release" first.`);

await setup();
const tools = await toolsOf(values);
const packages = await step("Packing", packForAllPlatforms);
const packageName = packages.at(-1).name;
const registry = await startRegistry(packageName);
const workshop = new Workshop({ registry, packageName, version: currentVersion(), tools });
const results = [];
try {
  await step("Publishing to a local registry", () => publishLocally(packages, registry));
  for (const [group, rows] of Object.entries(GROUPS)) {
    for (const row of rows.filter(isWanted)) results.push(await resultOf(group, row));
  }
} finally {
  workshop.remove();
  await registry.stop();
}
if (results.length === 0) fail("no row matches");
if (!values.short && values.only === undefined) writeMatrix(results);
const failed = results.filter(({ error }) => error !== undefined);
for (const { name, error } of failed) console.error(`\n✗ ${name}\n${error.message}`);
console.log(`\n${results.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;

async function packForAllPlatforms() {
  const complete = withPlaceholders(addons);
  try {
    return await packAll(Object.keys(TARGETS), complete);
  } finally {
    rmSync(complete, { recursive: true });
  }
}

function isWanted({ name, short, only }) {
  if (values.short ? !short : only === "short") return false;
  return values.only === undefined || name.toLowerCase().includes(values.only.toLowerCase());
}

async function resultOf(group, { name, run }) {
  const started = Date.now();
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(1)} s`;
  try {
    const detail = await run(workshop);
    console.log(`  ✓ ${name} (${seconds()}) ${detail}`);
    return { group, name, detail };
  } catch (error) {
    console.log(`  ✗ ${name} (${seconds()})`);
    return { group, name, error };
  }
}
