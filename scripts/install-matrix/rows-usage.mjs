// Rows of the matrix: ways to import the package, in versions of Node.js and in other runtimes.

import { versionOf } from "./tools.mjs";

const nodeRow = (major) => ({
  name: `Node.js ${major}: \`require\` and \`import\``,
  run(workshop) {
    const node = workshop.tools.node[major];
    const project = workshop.copiedProject(["plain"]);
    project.works(["check.cjs"], { node });
    project.works(["check.mjs"], { node });
    return versionOf(node);
  },
});

/** Node.js 20 and 22.12 have the option under an older name. */
const permissionRow = (major) => ({
  name: `Node.js ${major} with permissions: \`--permission --allow-addons --allow-fs-read=*\``,
  run(workshop) {
    const node = workshop.tools.node[major];
    const permission = major === 20 ? "--experimental-permission" : "--permission";
    const project = workshop.copiedProject(["plain"]);
    project.works([permission, "--allow-addons", "--allow-fs-read=*", "check.cjs"], { node });
    return versionOf(node);
  },
});

/** A project that TypeScript checks with its strictest options and, where Node.js runs what it writes, compiles and runs. */
const typeScriptRow = (version, compilerOptions, { type, runs, short }) => ({
  name: `TypeScript ${version.split(".")[0]}, \`module: "${compilerOptions.module}"\`, ${type === "module" ? "ESM" : "CommonJS"}`,
  short,
  run(workshop) {
    const project = workshop.copiedProject(["typescript"], { devDependencies: { typescript: version } });
    project.set({ type });
    const strict = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, types: [] };
    const options = { target: "es2022", lib: ["es2022"], outDir: "out", rootDir: ".", ...strict, ...compilerOptions };
    project.write("tsconfig.json", JSON.stringify({ compilerOptions: options, files: ["check.ts"] }));
    project.node(["node_modules/typescript/bin/tsc", "--project", "."]);
    if (runs) project.works(["out/check.js"]);
    return project.versionOf("typescript");
  },
});

const RESOLUTIONS = [
  [
    { module: "node16", moduleResolution: "node16" },
    { type: "commonjs", runs: true, short: true },
  ],
  [
    { module: "node16", moduleResolution: "node16" },
    { type: "module", runs: true },
  ],
  [
    { module: "nodenext", moduleResolution: "nodenext" },
    { type: "module", runs: true, short: true },
  ],
  [
    { module: "preserve", moduleResolution: "bundler", noEmit: true },
    { type: "module", runs: false, short: true },
  ],
];

export const usage = [
  {
    name: "This Node.js: `require` and `import`",
    short: true,
    only: "short",
    run(workshop) {
      const project = workshop.copiedProject(["plain"]);
      project.works(["check.cjs"]);
      project.works(["check.mjs"]);
      return versionOf(workshop.tools.newest);
    },
  },
  ...[20, 22, 24].flatMap((major) => [nodeRow(major), permissionRow(major)]),
  {
    name: "Bun",
    run(workshop) {
      const { bun } = workshop.tools;
      const project = workshop.copiedProject(["plain"]);
      for (const file of ["check.cjs", "check.mjs"]) {
        if (!project.run(bun, ["run", file]).includes("works")) throw new Error(`${file} does not work in Bun`);
      }
      return versionOf(bun);
    },
  },
  {
    name: "Deno: `deno run -A`",
    run(workshop) {
      const { deno } = workshop.tools;
      const project = workshop.copiedProject(["plain"]);
      for (const file of ["check.cjs", "check.mjs"]) {
        if (!project.run(deno, ["run", "-A", file]).includes("works")) throw new Error(`${file} does not work in Deno`);
      }
      return versionOf(deno);
    },
  },
  ...["5.9.3", "7.0.2"].flatMap((version) =>
    RESOLUTIONS.map(([options, { short, ...rest }]) =>
      typeScriptRow(version, options, { ...rest, short: short === true && version === "5.9.3" }),
    ),
  ),
  {
    name: "Main thread and two worker threads at once",
    run(workshop) {
      workshop.copiedProject(["plain"]).works(["worker.mjs"]);
      return versionOf(workshop.tools.newest);
    },
  },
  {
    name: "A folder with spaces and letters beyond ASCII",
    short: true,
    run(workshop) {
      const project = workshop.installedProject(["plain"], { name: "Größe und Maß – 鍵" });
      project.works(["check.cjs"]);
      project.works(["check.mjs"]);
      return versionOf(workshop.tools.newest);
    },
  },
];
