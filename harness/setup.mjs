// Checks that the required tools are installed, and installs the npm packages if they are missing or outdated.

import { existsSync, readFileSync, statSync } from "node:fs";
import { fail, outputOf, root, run, step } from "./steps.mjs";

const MIN_NODE = 20;

/** Prepares the checkout for a build. */
export async function setup() {
  requireNode();
  requireCargo();
  requireCompiler();
  await installPackages();
}

/** Installs the npm packages. Alone, it prepares a checkout that compiles nothing. */
export async function installPackages() {
  if (packagesAreInstalled()) return;
  // No package here needs its install script, so none may run.
  await step("Installing npm packages (two minutes, 1 GB, mostly Medusa for comparison)", () =>
    run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]),
  );
}

function requireNode() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < MIN_NODE) fail(`Node.js ${MIN_NODE} or newer is needed; this is ${process.version}.`);
}

function requireCargo() {
  const minimum = /^rust-version = "(.+)"$/m.exec(readFileSync(`${root}Cargo.toml`, "utf8"))[1];
  const version = outputOf("cargo", ["--version"])?.split(" ")[1];
  if (!version) fail(`Rust ${minimum} or newer is needed: see https://rustup.rs.`);
  if (version.localeCompare(minimum, "en", { numeric: true }) < 0) {
    fail(`Rust ${minimum} or newer is needed; this is ${version}. Run "rustup update stable".`);
  }
}

function requireCompiler() {
  if (process.platform !== "win32" && outputOf("cc", ["--version"]) === null) {
    fail("A C compiler is needed to build SQLite and to link. Install gcc or clang.");
  }
}

// npm writes this file last, so an interrupted installation counts as missing.
function packagesAreInstalled() {
  const installed = `${root}node_modules/.package-lock.json`;
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(`${root}package-lock.json`).mtimeMs;
}
