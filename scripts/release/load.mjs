// Loads a packed addon in Node.js, the way that a user's process would.

import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packageName } from "./targets.mjs";

const CHECK = fileURLToPath(new URL("../install-matrix/projects/plain/check.cjs", import.meta.url));

/**
 * Uses the root package with a target's package in a new folder. `command` starts a Node.js for that target. Returns its version, or
 * `null` without a command; throws if the package does not work.
 */
export function loaded(target, packages, command) {
  if (command === undefined) return null;
  const project = mkdtempSync(join(tmpdir(), "medusa-api-key-native-load-"));
  try {
    const wanted = packages.filter(({ name }) => name === packageName(target) || name === packages.at(-1).name);
    for (const { name, folder } of wanted) cpSync(folder, join(project, "node_modules", name), { recursive: true });
    cpSync(CHECK, join(project, "check.cjs"));
    const output = run([...command, "check.cjs"], project);
    if (!output.includes("works")) throw new Error(`${target} does not work:\n${output}`);
    return run([...command, "--version"], project).trim();
  } finally {
    rmSync(project, { recursive: true, force: true, maxRetries: 3 });
  }
}

function run([command, ...args], cwd) {
  const { error, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (error !== undefined) throw error;
  return `${stdout}${stderr}`;
}
