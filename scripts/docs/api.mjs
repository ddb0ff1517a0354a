// Generates the API reference from the published types, one page per entry point and per type. docs/typedoc.json has the settings:
// a public member without a description is an error.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { root, runPackage } from "../../harness/steps.mjs";

/** The entry points by the names of their pages. `index` is the package itself. */
const ENTRIES = {
  index: "index",
  express: "dist/guards/express",
  fastify: "dist/guards/fastify",
  hono: "dist/guards/hono",
  medusa: "dist/guards/medusa",
};

/** Writes the reference into `out`, with the help of files in `folder`. */
export async function generateApi(folder, out) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const write = (name, text) => writeFileSync(join(folder, name), text);
  // TypeDoc names a page after the file, so each entry point gets one with its own name.
  for (const [name, path] of Object.entries(ENTRIES)) {
    const from = relative(folder, join(root, path)).split(sep).join("/");
    const module = name === "index" ? "" : `/** The subpath medusa-api-key-native/${name}. @module ${name} */\n`;
    write(`${name}.ts`, `${module}export * from "${from}";\n`);
  }
  const tsconfig = {
    extends: join(root, "tsconfig.types.json"),
    compilerOptions: OPTIONS,
    files: Object.keys(ENTRIES).map(fileOf),
  };
  write("tsconfig.json", JSON.stringify(tsconfig));
  await runPackage("typedoc/bin/typedoc", [
    ...["--options", "docs/typedoc.json"],
    ...Object.keys(ENTRIES).flatMap((name) => ["--entryPoints", join(folder, fileOf(name))]),
    ...["--tsconfig", join(folder, "tsconfig.json")],
    ...["--out", out],
  ]);
}

const OPTIONS = { types: ["node"], typeRoots: [join(root, "node_modules/@types")], skipLibCheck: true };
const fileOf = (name) => `${name}.ts`;
