// Runs the quickstart of the last commit in a new clone, with an empty cache of npm and an empty CARGO_HOME, and prints how much of the disk
// the packages take. Fails if they take more than the limit. npm's cache is printed apart: npm works without it.

import { cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { fail, root, run, step } from "../harness/steps.mjs";

const MAX_MB = 250;
const BLOCK_BYTES = 512;

const folder = mkdtempSync(join(tmpdir(), "medusa-api-key-native-quickstart-"));
const [clone, cargo, cache] = ["clone", "cargo", "npm"].map((name) => join(folder, name));
const crates = (name) => join(cargo, "registry", name);
process.on("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));

await run("git", ["clone", "--quiet", root, clone]);
mkdirSync(cargo);
keepSettings();
const env = { CARGO_HOME: cargo, npm_config_cache: cache };
await step("Quickstart", () => run("npm", ["--prefix", clone, "run", "quickstart"], env));

const sizes = {
  "npm: node_modules": megabytes(join(clone, "node_modules")),
  "Cargo: sources of crates": megabytes(crates("src")),
  "Cargo: archives of crates": megabytes(crates("cache")),
  "Cargo: index of the registry": megabytes(crates("index")),
};
const total = Object.values(sizes).reduce((sum, size) => sum + size, 0);
console.log();
for (const [name, size] of Object.entries({ ...sizes, total, "npm's cache": megabytes(cache) }))
  console.log(`${name.padEnd(28)} ${size.toFixed(1).padStart(6)} MB`);
if (total > MAX_MB) fail(`the packages take more than ${MAX_MB} MB`);

/** Cargo's settings may name a mirror of the registry. */
function keepSettings() {
  const settings = join(process.env.CARGO_HOME ?? join(homedir(), ".cargo"), "config.toml");
  if (existsSync(settings)) cpSync(settings, join(cargo, "config.toml"));
}

/** The blocks that a folder takes on the disk, as `du` counts them. */
function megabytes(path) {
  const bytes = [path, ...readdirSync(path, { recursive: true }).map((name) => join(path, name))]
    .map((file) => lstatSync(file).blocks * BLOCK_BYTES)
    .reduce((sum, size) => sum + size, 0);
  return bytes / 1024 / 1024;
}
