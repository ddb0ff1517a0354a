// The package's subpaths as users import them: in both module systems, and with and without the frameworks.

import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { readersFolder } from "../docs/blocks";

const ROOT = join(__dirname, "../..");
const TIMEOUT_MS = 120_000;
const SUBPATHS = ["express", "fastify", "hono"];

const PROGRAM = `
  import type { ApiKey, ApiKeyModuleService } from "medusa-api-key-native";
  import { requireApiKey as express } from "medusa-api-key-native/express";
  import { requireApiKey as fastify } from "medusa-api-key-native/fastify";
  import { requireApiKey as hono } from "medusa-api-key-native/hono";
  import { scopedAdminKeys } from "medusa-api-key-native/medusa";

  export function guards(service: ApiKeyModuleService) {
    const routes: { matcher: string }[] = scopedAdminKeys();
    const onUnavailable = (error: unknown) => void error;
    return [express(service, { scopes: ["a:b"] }), fastify(service), hono(service, { onUnavailable }), routes];
  }
  export const owner = (key: ApiKey): string | undefined => key.owner?.id;
`;

const RESOLUTIONS: [name: string, options: ts.CompilerOptions][] = [
  ["node16", { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 }],
  ["nodenext", { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext }],
  ["bundler", { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler }],
  ["node10", { module: ts.ModuleKind.CommonJS, moduleResolution: ts.ModuleResolutionKind.Node10 }],
];

/** What the compiler says about the program in a reader's folder. */
function complaintsOf(folder: string, resolution: ts.CompilerOptions): (string | ts.DiagnosticMessageChain)[] {
  const program = ts.createProgram([join(folder, "index.ts")], {
    ...resolution,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    exactOptionalPropertyTypes: true,
    // The types of this checkout's packages are out of reach, and those of the package are checked, too.
    preserveSymlinks: true,
    skipLibCheck: false,
    noEmit: true,
    types: ["node"],
    typeRoots: [join(folder, "node_modules/@types")],
  });
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText);
}

describe("the subpaths of the guards", () => {
  let folder: string;

  beforeEach(() => {
    folder = readersFolder();
    for (const name of ["@types/node", "undici-types"]) {
      mkdirSync(dirname(join(folder, "node_modules", name)), { recursive: true });
      symlinkSync(join(ROOT, "node_modules", name), join(folder, "node_modules", name), "junction");
    }
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each(RESOLUTIONS)(
    "compile with %s resolution where no framework is installed",
    (_name, resolution) => {
      for (const type of ["commonjs", "module"]) {
        writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "reader", type }));
        writeFileSync(join(folder, "index.ts"), PROGRAM);
        expect(complaintsOf(folder, resolution)).toEqual([]);
      }
    },
    TIMEOUT_MS,
  );

  it.each(["commonjs", "module"])("load in a package of type %s", (type) => {
    const names = [...SUBPATHS.map((subpath) => [subpath, "requireApiKey"]), ["medusa", "scopedAdminKeys"]];
    const program = names.map(([subpath, name], index) =>
      type === "module"
        ? `import { ${name} as g${index} } from "medusa-api-key-native/${subpath}";`
        : `const { ${name}: g${index} } = require("medusa-api-key-native/${subpath}");`,
    );
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "reader", type }));
    writeFileSync(
      join(folder, "index.js"),
      `${program.join("\n")}\nconsole.log([g0, g1, g2, g3].map((g) => typeof g).join());`,
    );
    const printed = execFileSync(process.execPath, [join(folder, "index.js")], { encoding: "utf8" });
    expect(printed.trim()).toBe("function,function,function,function");
  });

  it("load no addon, and no framework", () => {
    const program = `for (const name of ${JSON.stringify([...SUBPATHS, "medusa"])}) require("medusa-api-key-native/" + name);
      console.log(Object.keys(require.cache).filter((path) => /\\.node$|node_modules.(express|fastify|hono|@medusajs)/.test(path)).length);`;
    writeFileSync(join(folder, "index.js"), program);
    expect(execFileSync(process.execPath, [join(folder, "index.js")], { encoding: "utf8" }).trim()).toBe("0");
  });
});

describe("the subpath opentelemetry", () => {
  let folder: string;

  beforeEach(() => {
    folder = readersFolder();
    for (const name of ["@types/node", "undici-types"]) {
      mkdirSync(dirname(join(folder, "node_modules", name)), { recursive: true });
      symlinkSync(join(ROOT, "node_modules", name), join(folder, "node_modules", name), "junction");
    }
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each(RESOLUTIONS)(
    "compiles with %s resolution where OpenTelemetry is not installed",
    (_name, resolution) => {
      writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "reader", type: "commonjs" }));
      writeFileSync(
        join(folder, "index.ts"),
        `import { ApiKeyModuleService } from "medusa-api-key-native";
         import { type Instrumentation, instrument } from "medusa-api-key-native/opentelemetry";
         export const metrics = (service: ApiKeyModuleService): Instrumentation => instrument(service);`,
      );
      expect(complaintsOf(folder, resolution)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it.each(["commonjs", "module"])("loads in a package of type %s without an addon", (type) => {
    const program =
      type === "module"
        ? 'import { instrument } from "medusa-api-key-native/opentelemetry"; console.log(typeof instrument);'
        : `const { instrument } = require("medusa-api-key-native/opentelemetry");
           console.log(typeof instrument, Object.keys(require.cache).some((path) => path.endsWith(".node")));`;
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "reader", type }));
    writeFileSync(join(folder, "index.js"), program);
    const printed = execFileSync(process.execPath, [join(folder, "index.js")], { encoding: "utf8" });

    expect(printed.trim()).toBe(type === "module" ? "function" : "function false");
  });
});

describe("scopedAdminKeys without Medusa", () => {
  it("throws an error that names what it needs", () => {
    const folder = readersFolder();
    try {
      // Beside a copy, no framework is found.
      const program = `
        const { cpSync } = require("node:fs");
        cpSync(${JSON.stringify(join(ROOT, "dist"))}, "copy", { recursive: true });
        try { require("./copy/guards/medusa.js").scopedAdminKeys(); } catch (error) { console.log(error.type, error.message); }`;
      writeFileSync(join(folder, "index.js"), program);
      const printed = execFileSync(process.execPath, ["index.js"], { cwd: folder, encoding: "utf8" });
      expect(printed.trim()).toBe(
        "invalid_argument scopedAdminKeys found no @medusajs/framework with an ApiLoader; it needs Medusa 2.8 or newer",
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
