// Shared by the scripts: the project's root, progress output, and running commands.
// Imports only Node.js built-ins, as does setup.mjs: both run before anything is installed.

import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** Node.js's arguments that start Jest. Medusa loads modules with `import()`, which Jest supports only with this flag. */
export const JEST = ["--experimental-vm-modules", "node_modules/jest/bin/jest.js"];

/** Prints a title, runs the work, prints its duration, and returns its result. */
export async function step(title, work) {
  console.log(`\n▸ ${title}`);
  const started = Date.now();
  const result = await work();
  console.log(`  done in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return result;
}

/** Runs a command in the project's root and shows its output. Resolves to whether it succeeded. */
export function succeeds(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: "inherit",
      // On Windows npm is a script.
      shell: process.platform === "win32" && command === "npm",
    });
    child.on("error", reject);
    child.on("close", (code) => resolve(code === 0));
  });
}

/** Runs a command in the project's root, shows its output and captures standard output. */
export function runCapturing(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
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
    child.on("close", (code) => resolve({ succeeded: code === 0, output }));
  });
}

/** Runs a command in the project's root; exits this process with a message if it fails. */
export async function run(command, args, env = {}) {
  if (!(await succeeds(command, args, env))) {
    fail(`${[command, ...args].join(" ")} failed; see its output above.`);
  }
}

/** Runs a JavaScript file of an installed package, without a shell, so that it works the same on every system. */
export function runPackage(file, args, env = {}) {
  return run(process.execPath, [`${root}node_modules/${file}`, ...args], env);
}

/** Returns a command's standard output, or null if the command is missing or fails. */
export function outputOf(command, args) {
  const { status, stdout } = spawnSync(command, args, { cwd: root, encoding: "utf8" });
  return status === 0 ? stdout : null;
}

/** Returns Rust's target triple of this machine, such as `x86_64-unknown-linux-gnu`. */
export function hostTriple() {
  return /^host: (.+)$/m.exec(outputOf("rustc", ["-vV"]) ?? "")?.[1] ?? fail("rustc -vV prints no host.");
}

/** Returns the version of a Rust compiler, by default of the one that cargo uses, such as `1.95.0`. */
export function rustVersion(compiler = "rustc") {
  return /^release: (.+)$/m.exec(outputOf(compiler, ["-vV"]) ?? "")?.[1] ?? fail(`${compiler} -vV prints no release.`);
}

/** Prints a message and exits with 1. */
export function fail(message) {
  console.error(`\n✗ ${message}`);
  process.exit(1);
}
