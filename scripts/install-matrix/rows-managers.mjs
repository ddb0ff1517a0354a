// Rows of the matrix: package managers, each of which installs the package from the registry into an empty project.

import { versionOf } from "./tools.mjs";

/** A package manager that is a script for Node.js and installs into node_modules. */
const manager = (name, tool, args, { members, short } = {}) => ({
  name,
  short,
  run(workshop) {
    const script = workshop.tools[tool];
    const project = workshop.project(["plain"], { members });
    project.node([script, ...args]);
    project.works(["check.cjs"]);
    project.works(["check.mjs"]);
    return versionOf(workshop.tools.newest, script);
  },
});

export const managers = [
  manager("npm", "npm", ["install", "--loglevel=error"], { short: true }),
  manager("pnpm", "pnpm", ["install", "--no-frozen-lockfile"]),
  manager("Yarn Classic", "yarnClassic", ["install", "--no-progress"]),
  {
    name: "Yarn, with node_modules",
    run(workshop) {
      const script = workshop.tools.yarnBerry;
      const project = workshop.project(["plain"]);
      project.write("yarn.lock", "");
      project.node([script, "install", "--no-immutable"], { env: { YARN_NODE_LINKER: "node-modules" } });
      project.works(["check.cjs"]);
      return versionOf(workshop.tools.newest, script);
    },
  },
  {
    name: "Yarn, with Plug'n'Play and `pnpEnableEsmLoader: true`",
    run(workshop) {
      const script = workshop.tools.yarnBerry;
      const project = workshop.project(["plain"]);
      project.write("yarn.lock", "");
      project.node([script, "install", "--no-immutable"], {
        env: { YARN_NODE_LINKER: "pnp", YARN_PNP_ENABLE_ESM_LOADER: "true" },
      });
      project.works([script, "node", "check.cjs"]);
      project.works([script, "node", "check.mjs"]);
      return versionOf(workshop.tools.newest, script);
    },
  },
  {
    name: "Bun",
    run(workshop) {
      const { bun } = workshop.tools;
      const project = workshop.project(["plain"]);
      project.run(bun, ["install"]);
      project.works(["check.cjs"]);
      return versionOf(bun);
    },
  },
  {
    name: "Deno: `deno add npm:medusa-api-key-native`",
    run(workshop) {
      const { deno } = workshop.tools;
      const project = workshop.project(["plain"], { dependencies: false });
      // Deno waits a day before it installs what was published.
      project.run(deno, ["add", "--minimum-dependency-age=0", `npm:${workshop.packageName}@${workshop.version}`]);
      project.works(["check.cjs"]);
      return versionOf(deno);
    },
  },
];
