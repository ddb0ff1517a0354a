// Builds the addons of a release, packs all packages and verifies them. The checkout stays as it is.
//
//   npm run release                                  all targets that this machine can build
//   npm run release -- linux-x64-gnu darwin-arm64    these targets
//
//   --version 1.2.3     first moves the version and CHANGELOG.md, commits and tags; without targets, that is all
//   --compile-only      compiles the addons, and nothing else: a later release takes seconds
//   --profile quick     another profile of Cargo.toml than "dist", to prove that a target builds
//   --addons FOLDER     compiles nothing and takes the addons in the folder, which other machines built
//   --node PATH         the Node.js that loads this machine's addon (default: the one that runs this)
//   --dry-run           publishes to a local registry, installs from it, and uses what was installed
//   --publish           publishes to npm; --partial also without some targets

import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { setup } from "../harness/setup.mjs";
import { fail, run, step } from "../harness/steps.mjs";
import { compile } from "./release/compile.mjs";
import { canProve } from "./release/cross.mjs";
import { foreignNode } from "./release/foreign.mjs";
import { loaded } from "./release/load.mjs";
import { packAll } from "./release/pack.mjs";
import { publish, refuseUnfinished, rehearse } from "./release/publish.mjs";
import { hostTarget, isBuiltHere, RELEASE, TARGETS, targetsIn } from "./release/targets.mjs";
import { installTools } from "./release/tools.mjs";
import { megabytes, verified } from "./release/verify.mjs";
import { moveVersion } from "./release/version.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    version: { type: "string" },
    profile: { type: "string", default: "dist" },
    "compile-only": { type: "boolean", default: false },
    addons: { type: "string" },
    node: { type: "string" },
    "dry-run": { type: "boolean", default: false },
    publish: { type: "boolean", default: false },
    partial: { type: "boolean", default: false },
  },
});
const unknown = positionals.filter((target) => !(target in TARGETS));
if (unknown.length > 0)
  fail(`unknown target ${unknown.join(", ")}; the targets are ${Object.keys(TARGETS).join(", ")}.`);
if (values.publish && values.profile !== "dist") fail('--publish takes addons of the profile "dist".');

if (values.version !== undefined) await moveVersion(values.version, new Date().toISOString().slice(0, 10));
if (values.version === undefined || positionals.length > 0) await release();

async function release() {
  const { targets, addons } = whatToPack();
  const missing = Object.keys(TARGETS).filter((target) => !targets.includes(target));
  if (values.publish) refuseUnfinished(missing, values);
  if (values["dry-run"] && missing.includes(hostTarget()))
    fail(`--dry-run needs an addon for ${hostTarget()}, to use it.`);
  await setup();
  await installTools();
  if (values.addons === undefined) await compileAll(targets, addons);
  if (values["compile-only"]) return;

  const facts = await step("Verifying the addons", () =>
    targets.map((target) => verified(target, addons, values.profile)),
  );
  const packages = await step("Packing", () => packAll(targets, addons));
  await step("Checking the root package", () =>
    run(process.execPath, ["scripts/release/check-root.mjs", packages.at(-1).folder]),
  );
  const versions = await step("Loading the addons", () => loadAll(targets, packages));
  const problems = facts.flatMap(({ target, problems }) => problems.map((problem) => `${target} ${problem}`));
  print(facts, versions, missing);
  if (problems.length > 0) fail(`not to be published:\n  ${problems.join("\n  ")}`);
  if (values["dry-run"]) await step("Publishing to a local registry and installing from it", () => rehearse(packages));
  if (values.publish) await step("Publishing to npm", () => publish(packages));
  console.log(`\n✓ ${packages.map(({ tarball }) => tarball).join("\n  ")}`);
}

/** The targets of this release, and the folder that has, or will have, their addons. */
function whatToPack() {
  if (values.addons === undefined) {
    const targets = positionals.length > 0 ? positionals : Object.keys(TARGETS).filter(isBuiltHere);
    const elsewhere = targets.filter((target) => !isBuiltHere(target) && (values.publish || !canProve(target)));
    if (elsewhere.length > 0)
      fail(`${elsewhere.join(", ")} must be built on that system; --addons takes what was built there.`);
    return { targets, addons: join(RELEASE, "addons") };
  }
  const addons = resolve(values.addons);
  const present = existsSync(addons) ? targetsIn(addons) : [];
  const targets = positionals.length > 0 ? positionals : present;
  const absent = targets.filter((target) => !present.includes(target));
  if (absent.length > 0) fail(`${addons} has no addon for ${absent.join(", ")}.`);
  if (targets.length === 0) fail(`${addons} has no addon.`);
  return { targets, addons };
}

async function compileAll(targets, folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const target of targets) await compile(target, { profile: values.profile, folder });
}

async function loadAll(targets, packages) {
  const versions = [];
  for (const target of targets) versions.push(loaded(target, packages, await nodeFor(target)));
  return versions;
}

/** The command of a Node.js for the target, if this machine can run one. */
async function nodeFor(target) {
  return target === hostTarget() ? [values.node ?? process.execPath] : await foreignNode(target);
}

function print(facts, versions, missing) {
  console.log("\naddon                       size      packed   glibc   ran in");
  for (const [index, { target, bytes, packedBytes, glibc }] of facts.entries()) {
    const cells = [target.padEnd(26), megabytes(bytes).padStart(9), megabytes(packedBytes).padStart(9)];
    console.log(...cells, ` ${(glibc ?? "–").padEnd(6)}`, versions[index] ?? "– (not on this machine)");
  }
  if (missing.length > 0) console.log(`\nNot in this release: ${missing.join(", ")}`);
}
