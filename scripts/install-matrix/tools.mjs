// The package managers and runtimes of a run. A short run uses the Node.js and the npm that started it; a whole one installs its own.

import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { installed } from "../../harness/packages.mjs";
import { fail } from "../../harness/steps.mjs";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const at = (...path) => join(FOLDER, "node_modules", ...path);

/** Returns paths: `node` by major version, `npm` and the other package managers as scripts for Node.js, `bun` and `deno` as programs. */
export async function toolsOf({ short }) {
  if (short) {
    const [major] = process.versions.node.split(".");
    return { node: { [major]: process.execPath }, newest: process.execPath, npm: npmOfThisProcess() };
  }
  if (process.platform !== "linux" || process.arch !== "x64") fail("The whole matrix runs on Linux x64; use --short.");
  await installed(FOLDER, "the installation matrix (770 MB)");
  const node = Object.fromEntries([20, 22, 24].map((major) => [major, at(`node${major}`, "bin", "node")]));
  return {
    node,
    newest: node[24],
    npm: at("npm", "bin", "npm-cli.js"),
    pnpm: at("pnpm", "bin", "pnpm.cjs"),
    yarnClassic: at("yarn", "bin", "yarn.js"),
    yarnBerry: at("@yarnpkg", "cli-dist", "bin", "yarn.js"),
    bun: at("@oven", "bun-linux-x64-baseline", "bin", "bun"),
    deno: at("@deno", "linux-x64-glibc", "deno"),
  };
}

function npmOfThisProcess() {
  if (process.env.npm_execpath?.endsWith("npm-cli.js")) return process.env.npm_execpath;
  return join(dirname(process.execPath), "..", "lib", "node_modules", "npm", "bin", "npm-cli.js");
}

/** The version that a program prints. */
export function versionOf(...command) {
  const { stdout } = spawnSync(command[0], [...command.slice(1), "--version"], { encoding: "utf8", cwd: "/" });
  return /\d+\.\d+\.\d+/.exec(stdout ?? "")?.[0] ?? fail(`${command.join(" ")} prints no version.`);
}
