// Which folder of JavaScript may import which: harness/ serves the tests, the scripts and the benchmarks, and these leave each other alone.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";

const ROOT = join(__dirname, "../..");

/** The folders that a folder may import from, besides itself and files at the root. */
const MAY_IMPORT: Record<string, string[]> = {
  harness: [],
  __test__: ["harness", "module", "dist", "binding", "examples"],
  benchmarks: ["harness", "binding"],
  scripts: ["harness"],
};

/** What a file imports by a relative path, as paths from the root. */
function imports(file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(file, "utf8"), true, true);
  return importedFiles
    .map(({ fileName }) => fileName)
    .filter((name) => name.startsWith("."))
    .map((name) => relative(ROOT, join(dirname(file), name)));
}

/** The folder at the root that a path is in; `null` for a file at the root. */
const folderOf = (path: string) => (path.includes("/") ? path.slice(0, path.indexOf("/")) : null);

const filesOf = (folder: string) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => /\.(ts|js|mjs)$/.test(path) && !path.includes("node_modules") && !/\bfixtures\b/.test(path))
    .map((path) => join(ROOT, folder, path));

describe("A folder of JavaScript", () => {
  it.each(Object.entries(MAY_IMPORT))("%s imports only from the folders that it may use", (folder, allowed) => {
    const found = filesOf(folder).flatMap((file) => imports(file).map((path) => ({ file, path, to: folderOf(path) })));
    const forbidden = found.filter(({ to }) => to !== null && to !== folder && !allowed.includes(to));

    expect(found.length).toBeGreaterThan(5);
    expect(forbidden.map(({ file, path }) => `${relative(ROOT, file)} imports ${path}`)).toEqual([]);
  });
});
