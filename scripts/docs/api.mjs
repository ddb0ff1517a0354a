// Generates the API reference from the published types, one page per entry point and per type. docs/typedoc.json has the settings:
// a public member without a description is an error.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { root, runPackage } from "../../harness/steps.mjs";

/** The entry points that package.json exports, as names of pages and declarations. `index` is the package itself. */
function entries() {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return Object.entries(exports)
    .filter(([, target]) => target.types !== undefined)
    .map(([subpath, { types }]) => [
      subpath === "." ? "index" : subpath.slice(2).replaceAll("/", "-"),
      types.replace(/\.d\.ts$/, ""),
    ]);
}

/** Writes the reference into `out`, with the help of files in `folder`. */
export async function generateApi(folder, out) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const named = entries();
  const write = (name, text) => writeFileSync(join(folder, name), text);
  // TypeDoc names a page after the file, so each entry point gets one with its own name.
  for (const [name, path] of named) {
    const from = relative(folder, join(root, path)).split(sep).join("/");
    const module = name === "index" ? "" : `/** The subpath medusa-api-key-native/${name}. @module ${name} */\n`;
    write(`${name}.ts`, `${module}export * from "${from}";\n`);
  }
  const tsconfig = {
    extends: join(root, "tsconfig.types.json"),
    compilerOptions: OPTIONS,
    files: named.map(fileOf),
  };
  write("tsconfig.json", JSON.stringify(tsconfig));
  await runPackage("typedoc/bin/typedoc", [
    ...["--options", "docs/typedoc.json"],
    ...named.flatMap((entry) => ["--entryPoints", join(folder, fileOf(entry))]),
    ...["--tsconfig", join(folder, "tsconfig.json")],
    ...["--out", out],
  ]);
}

const OPTIONS = { types: ["node"], typeRoots: [join(root, "node_modules/@types")], skipLibCheck: true };
const fileOf = ([name]) => `${name}.ts`;
