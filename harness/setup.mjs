// Checks for the tools that the project needs and installs its npm packages, unless they are installed already.

import { existsSync, readFileSync, statSync } from "node:fs";
import { fail, outputOf, root, run, step } from "./steps.mjs";

const LEAST_NODE = 20;

/** Leaves the checkout ready to build. */
export async function setup() {
  requireNode();
  requireCargo();
  requireCompiler();
  if (packagesAreInstalled()) return;
  // Nothing here needs a package's install script, so none may run.
  await step("Installing npm packages (two minutes, 1 GB: Medusa is what we are compared with)", () =>
    run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]),
  );
}

function requireNode() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < LEAST_NODE) fail(`Node.js ${LEAST_NODE} or newer is needed; this is ${process.version}.`);
}

function requireCargo() {
  const least = /^rust-version = "(.+)"$/m.exec(readFileSync(`${root}Cargo.toml`, "utf8"))[1];
  const version = outputOf("cargo", ["--version"])?.split(" ")[1];
  if (!version) fail(`Rust ${least} or newer is needed: see https://rustup.rs.`);
  if (version.localeCompare(least, "en", { numeric: true }) < 0) {
    fail(`Rust ${least} or newer is needed; this is ${version}. "rustup update stable" brings it.`);
  }
}

function requireCompiler() {
  if (process.platform !== "win32" && outputOf("cc", ["--version"]) === null) {
    fail("A C compiler is needed to build SQLite and to link: install gcc or clang.");
  }
}

// npm writes this file last, so an interrupted installation does not count.
function packagesAreInstalled() {
  const installed = `${root}node_modules/.package-lock.json`;
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(`${root}package-lock.json`).mtimeMs;
}
