// Rows of the matrix: test runners, bundlers and frameworks.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { versionOf } from "./tools.mjs";

const START_MS = 20_000;

export const testRunners = [
  {
    name: "Jest",
    run(workshop) {
      const project = workshop.installedProject(["jest"]);
      const output = project.node(["node_modules/jest/bin/jest.js"]);
      if (!/Tests: +2 passed, 2 total/.test(output)) throw new Error(output);
      return project.versionOf("jest");
    },
  },
  {
    name: "Vitest",
    run(workshop) {
      const project = workshop.installedProject(["vitest"]);
      const output = project.node(["node_modules/vitest/vitest.mjs", "run"]);
      if (!/Tests +2 passed/.test(output)) throw new Error(output);
      return project.versionOf("vitest");
    },
  },
  {
    name: "`node --test`",
    run(workshop) {
      const output = workshop.installedProject(["node-test"]).node(["--test", "--test-reporter=tap"]);
      if (!/^# pass 1$/m.test(output)) throw new Error(output);
      return versionOf(workshop.tools.newest);
    },
  },
];

const esbuildRow = (format, extension) => ({
  name: `esbuild, \`--format=${format} --external:medusa-api-key-native\``,
  run(workshop) {
    const project = workshop.installedProject(["entry", "bundled"]);
    const options = ["--bundle", "--platform=node", `--format=${format}`, "--external:medusa-api-key-native"];
    project.run(project.path("node_modules", "@esbuild", "linux-x64", "bin", "esbuild"), [
      "entry.mjs",
      ...options,
      `--outfile=out.${extension}`,
    ]);
    project.works([`out.${extension}`]);
    return project.versionOf("esbuild");
  },
});

export const bundlers = [
  esbuildRow("cjs", "cjs"),
  esbuildRow("esm", "mjs"),
  {
    name: 'webpack, `externals: { "medusa-api-key-native": "commonjs medusa-api-key-native" }`',
    run(workshop) {
      const project = workshop.installedProject(["entry", "webpack"]);
      project.node(["node_modules/webpack/bin/webpack.js"]);
      project.works(["out/bundle.cjs"]);
      return project.versionOf("webpack");
    },
  },
  {
    name: "Vite, `build --ssr`",
    run(workshop) {
      const project = workshop.installedProject(["entry", "vite"]);
      project.node(["node_modules/vite/bin/vite.js", "build", "--ssr", "entry.mjs", "--outDir", "out"]);
      project.works(["out/entry.js"]);
      return project.versionOf("vite");
    },
  },
  {
    name: 'Next.js, `output: "standalone"`, `serverExternalPackages: ["medusa-api-key-native"]`',
    async run(workshop) {
      const project = workshop.installedProject(["next"]);
      project.node(["node_modules/next/dist/bin/next", "build"]);
      // As in a container: only the standalone folder is there.
      const deployed = workshop.project([], { name: "deployed", dependencies: false });
      cpSync(project.path(".next", "standalone"), deployed.path("."), { recursive: true, verbatimSymlinks: true });
      const answer = await answerOf(workshop, deployed);
      if (answer !== "works") throw new Error(`the standalone server returned ${answer}`);
      return project.versionOf("next");
    },
  },
];

/** Starts the server of a standalone folder and returns the response of its route. */
async function answerOf(workshop, deployed) {
  const port = await freePort();
  const node = workshop.tools.newest;
  const env = { ...workshop.environment(node), PORT: String(port), HOSTNAME: "127.0.0.1" };
  const server = spawn(node, ["server.js"], { cwd: deployed.folder, env, stdio: "ignore" });
  try {
    for (const end = Date.now() + START_MS; ; await sleep(100)) {
      const response = await fetch(`http://127.0.0.1:${port}/api`).catch(() => null);
      if (response !== null) return await response.text();
      if (Date.now() > end || server.exitCode !== null) throw new Error("the standalone server accepts no connections");
    }
  } finally {
    server.kill();
    if (server.exitCode === null && server.signalCode === null) await once(server, "exit");
  }
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
