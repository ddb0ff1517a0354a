// Rows of the matrix: installations for another platform than this one. Each must install the package of that platform alone.

import { readdirSync } from "node:fs";
import { packageName, TARGETS } from "../release/targets.mjs";

/** The members of a platform's package.json that restrict where it is installed. */
function restrictionsOf(target) {
  const [os, cpu, library] = target.split("-");
  return { os, cpu, ...(os === "linux" && { libc: library === "gnu" ? "glibc" : library }) };
}

const flagsOf = (target) => Object.entries(restrictionsOf(target)).map(([name, value]) => `--${name}=${value}`);

/** Returns the one installed package with an addon, which must be the target's. */
function installedFor(target, project) {
  const names = readdirSync(project.path("node_modules")).filter((name) =>
    name.startsWith(`${project.workshop.packageName}-`),
  );
  if (`${names}` !== packageName(target)) throw new Error(`installed ${names.join(", ") || "no addon"} for ${target}`);
  return `\`${packageName(target)}\``;
}

/** Platforms for which the lock file and node_modules of this one are replaced: another C library, processor and system. */
const REINSTALLED = ["linux-x64-musl", "linux-arm64-gnu", "darwin-arm64"];

const npmRow = (target) => ({
  name: `\`npm install ${flagsOf(target).join(" ")}\``,
  short: REINSTALLED.includes(target),
  run(workshop) {
    const project = workshop.project(["plain"]);
    project.npm("install", ...flagsOf(target));
    return installedFor(target, project);
  },
});

const lockRow = (target) => ({
  name: `\`npm ci ${flagsOf(target).join(" ")}\`, with a lock file from Linux x64`,
  short: target === "darwin-arm64",
  run(workshop) {
    const project = workshop.copiedProject(["plain"]);
    project.npm("ci", ...flagsOf(target));
    return installedFor(target, project);
  },
});

const listsOf = (target) =>
  Object.fromEntries(Object.entries(restrictionsOf(target)).map(([name, value]) => [name, [value]]));

export const platforms = [
  ...Object.keys(TARGETS).map(npmRow),
  ...REINSTALLED.map(lockRow),
  {
    name: "pnpm, `supportedArchitectures` for Linux arm64 with musl",
    run(workshop) {
      const target = "linux-arm64-musl";
      const pnpm = { supportedArchitectures: listsOf(target) };
      // Hoisted, so that node_modules has the package of the platform.
      const project = workshop.project(["plain"], { members: { pnpm } });
      project.node([workshop.tools.pnpm, "install", "--no-frozen-lockfile", "--node-linker=hoisted"]);
      return installedFor(target, project);
    },
  },
  {
    name: "Yarn, `supportedArchitectures` for Linux arm64 with musl",
    run(workshop) {
      const target = "linux-arm64-musl";
      const project = workshop.project(["plain"]);
      project.write("yarn.lock", "");
      // YAML contains JSON.
      project.write(".yarnrc.yml", JSON.stringify({ supportedArchitectures: listsOf(target) }));
      const env = { YARN_NODE_LINKER: "node-modules" };
      project.node([workshop.tools.yarnBerry, "install", "--no-immutable"], { env });
      return installedFor(target, project);
    },
  },
];
