// Describes the machine and the versions that figures were measured with.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, cpus, loadavg, release, totalmem, type } from "node:os";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const require = createRequire(import.meta.url);

/** Returns the machine, the versions of the named npm packages, and the commit of this checkout. */
export function describeMachine(packages = []) {
  return {
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()} ${process.arch}`,
    // The load before the run began: figures from a busy machine are less reliable.
    loadAverage: Number(loadavg()[0].toFixed(1)),
    node: process.versions.node,
    packages: Object.fromEntries(packages.map((name) => [name, versionOf(name)])),
    commit: commit(),
  };
}

/** Returns the version of the server that a client of `pg` is connected to. */
export async function postgresVersion(client) {
  const { rows } = await client.query("SHOW server_version");
  return rows[0].server_version;
}

function versionOf(name) {
  const manifest = require.resolve.paths(name).map((folder) => `${folder}/${name}/package.json`);
  for (const file of manifest) {
    try {
      return JSON.parse(readFileSync(file, "utf8")).version;
    } catch (error) {
      if (error.code !== "ENOENT") throw error;
    }
  }
  return "not installed";
}

function commit() {
  const git = (...args) => execFileSync("git", args, { cwd: ROOT, encoding: "utf8", stdio: "pipe" }).trim();
  try {
    // Files that a run writes itself do not change what it measures.
    const changed =
      git("status", "--porcelain", "--", ".", ":!benchmarks/results", ":!README.md", ":!docs/benchmarks.md") !== "";
    return `${git("rev-parse", "--short=12", "HEAD")}${changed ? " and uncommitted changes" : ""}`;
  } catch {
    return "no git checkout";
  }
}
