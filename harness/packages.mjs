// Installs the packages of a folder that has its own package.json and lock file, for tools that only some commands need.

import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { fail, step, succeeds } from "./steps.mjs";

/**
 * Installs the folder's packages, unless they are installed already. `purpose` is shown meanwhile. With `force` also those for another
 * platform. No install script runs.
 */
export async function installed(folder, purpose, { force = false } = {}) {
  const mark = join(folder, "node_modules", ".package-lock.json");
  const lock = join(folder, "package-lock.json");
  // npm writes the mark last, so an interrupted installation counts as missing.
  if (existsSync(mark) && statSync(mark).mtimeMs >= statSync(lock).mtimeMs) return;
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", ...(force ? ["--force"] : [])];
  await step(`Installing the packages of ${purpose}`, async () => {
    if (!(await succeeds("npm", ["ci", "--prefix", folder, ...options]))) fail(`npm ci failed in ${folder}`);
  });
}
