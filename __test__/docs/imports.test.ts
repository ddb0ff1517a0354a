// Which folder of JavaScript may import which: harness/ serves the tests, the scripts and the benchmarks, and these leave each other alone.
// A package that a folder imports is declared in its package.json, in that of harness/, in the root's, or beside it.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, relative } from "node:path";
import ts from "typescript";

const ROOT = join(__dirname, "../..");

/** The folders that a folder may import from, besides itself and files at the root. */
const MAY_IMPORT: Record<string, string[]> = {
  harness: [],
  __test__: ["harness", "module", "dist", "plugin", ".medusa", "binding", "examples"],
  benchmarks: ["harness", "binding"],
  scripts: ["harness"],
};

/** What a file imports, as written. */
function imported(file: string): string[] {
  return ts.preProcessFile(readFileSync(file, "utf8"), true, true).importedFiles.map(({ fileName }) => fileName);
}

/** What a file imports by a relative path, as paths from the root. */
function imports(file: string): string[] {
  return imported(file)
    .filter((name) => name.startsWith("."))
    .map((name) => relative(ROOT, join(dirname(file), name)));
}

/** The packages that a file imports. */
function packages(file: string): string[] {
  return imported(file)
    .filter((name) => !name.startsWith(".") && !isBuiltin(name))
    .map((name) => name.split("/", name.startsWith("@") ? 2 : 1).join("/"));
}

/** The packages that a folder's package.json declares. */
function declared(folder: string): string[] {
  const { name, ...manifest } = JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8"));
  return [name, ...Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })];
}

/** What the package.json files between a file and its folder at the root declare: tools of one command have their own. */
function declaredBetween(file: string, folder: string): string[] {
  const path = relative(ROOT, dirname(file));
  if (path === folder) return [];
  const own = existsSync(join(ROOT, path, "package.json")) ? declared(path) : [];
  return [...own, ...declaredBetween(dirname(file), folder)];
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

  it.each(Object.keys(MAY_IMPORT))("%s imports only packages that are declared for it", (folder) => {
    const allowed = new Set([folder, "harness", "."].flatMap(declared));
    const found = filesOf(folder).flatMap((file) => packages(file).map((name) => ({ file, name })));
    const undeclared = found.filter(
      ({ file, name }) => !allowed.has(name) && !declaredBetween(file, folder).includes(name),
    );

    expect(allowed.size).toBeGreaterThan(5);
    expect(undeclared.map(({ file, name }) => `${relative(ROOT, file)} imports ${name}`)).toEqual([]);
  });

  it.each(Object.keys(MAY_IMPORT))("%s is a workspace with exact versions", (folder) => {
    const { workspaces } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    const { private: unpublished, devDependencies } = JSON.parse(
      readFileSync(join(ROOT, folder, "package.json"), "utf8"),
    );

    expect(workspaces).toContain(folder);
    expect(unpublished).toBe(true);
    expect(Object.values<string>(devDependencies).filter((version) => !/^\d+\.\d+\.\d+(-|$)/.test(version))).toEqual(
      [],
    );
  });

  it("shares one node_modules with all others", () => {
    const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));

    expect(Object.keys(packages).filter((path) => /^\w+\/node_modules\//.test(path))).toEqual([]);
  });
});
