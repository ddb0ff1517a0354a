// Checks that the required tools are installed, and installs the npm packages if they are missing or outdated.

import { existsSync, readFileSync, statSync } from "node:fs";
import { fail, outputOf, root, run, step } from "./steps.mjs";

const MIN_NODE = 20;
const LOCK = `${root}package-lock.json`;
/** A workspace, which npm links if it installs the packages of the workspaces. */
const WORKSPACE = "medusa-api-key-native-test";
const PROGRESS_MS = 10_000;

/**
 * Prepares the checkout for a build, or with "all" also for tests, benchmarks and lint, whose packages are npm workspaces: a build takes a
 * tenth of them.
 * @param {"build" | "all"} packages
 */
export async function setup(packages = "all") {
  requireNode();
  requireCargo();
  requireCompiler();
  await installPackages(packages);
}

/**
 * Installs the npm packages that are missing or outdated. Alone, it prepares a checkout that compiles nothing.
 * @param {"build" | "all"} packages
 */
export async function installPackages(packages = "all") {
  const installed = installedPackages();
  if (installed.current && (installed.all || packages === "build")) return;
  const all = installed.all || packages === "all";
  const size = all ? "two minutes, 1 GB, mostly Medusa for comparison" : "seconds, 30 MB";
  await step(`Installing npm packages (${size})`, () => installShowingProgress(all));
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

/** Returns whether the packages of the workspaces are installed, Medusa among them. */
export function hasAllPackages() {
  return installedPackages().all;
}

/** Returns whether the installed packages match the lock file, and whether those of the workspaces are among them. */
function installedPackages() {
  // npm writes this file last, so an interrupted installation counts as missing.
  const installed = `${root}node_modules/.package-lock.json`;
  if (!existsSync(installed)) return { current: false, all: false };
  const current = statSync(installed).mtimeMs >= statSync(LOCK).mtimeMs;
  return { current, all: existsSync(`${root}node_modules/${WORKSPACE}`) };
}

// npm itself shows its progress on terminals only.
async function installShowingProgress(all) {
  const timer = setInterval(() => console.log(`  ${countInstalled()} packages are in place`), PROGRESS_MS);
  // No package here needs its install script, so none may run.
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  await run("npm", ["ci", ...(all ? ["--workspaces", "--include-workspace-root"] : []), ...options]);
  clearInterval(timer);
}

// npm creates all folders first and then fills them.
function countInstalled() {
  const { packages } = JSON.parse(readFileSync(LOCK, "utf8"));
  return Object.keys(packages).filter(
    (path) => path.startsWith("node_modules/") && existsSync(`${root}${path}/package.json`),
  ).length;
}
