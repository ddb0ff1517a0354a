// What the other scripts share: where the project is, saying what is being done, and running a command.
// Only Node.js built-ins here and in setup.mjs: both run before anything is installed.

import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** Prints what comes next, runs it, and prints how long it took. */
export async function step(title, work) {
  console.log(`\n▸ ${title}`);
  const started = Date.now();
  const result = await work();
  console.log(`  done in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return result;
}

/** Runs a command in the project's root, its output shown. Answers whether it succeeded. */
export function succeeds(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: "inherit",
      // npm is a script there.
      shell: process.platform === "win32" && command === "npm",
    });
    child.on("error", reject);
    child.on("close", (code) => resolve(code === 0));
  });
}

/** Runs a command in the project's root, its output shown. Answers whether it succeeded, and what it printed. */
export function shown(command, args, env = {}) {
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

/** Runs a command in the project's root; ends this process with a message if it fails. */
export async function run(command, args, env = {}) {
  if (!(await succeeds(command, args, env))) {
    fail(`${[command, ...args].join(" ")} failed; its message is above.`);
  }
}

/** Runs the JavaScript file of an installed package, without a shell, so that it works alike on every system. */
export function runPackage(file, args, env = {}) {
  return run(process.execPath, [`${root}node_modules/${file}`, ...args], env);
}

/** What a command prints, or null where there is no such command or it fails. */
export function outputOf(command, args) {
  const { status, stdout } = spawnSync(command, args, { cwd: root, encoding: "utf8" });
  return status === 0 ? stdout : null;
}

/** The triple that Rust calls this machine, such as `x86_64-unknown-linux-gnu`. */
export function hostTriple() {
  return /^host: (.+)$/m.exec(outputOf("rustc", ["-vV"]) ?? "")?.[1] ?? fail("rustc does not say its host.");
}

/** Ends this process with a message. */
export function fail(message) {
  console.error(`\n✗ ${message}`);
  process.exit(1);
}
