// The plugin as Medusa finds it in a package, and what its bundle for the dashboard imports.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { getResolvedPlugins } from "@medusajs/framework/utils";
import ts from "typescript";

const ROOT = join(__dirname, "../..");
const BUILT = join(ROOT, ".medusa/server/src");
const plugin = JSON.parse(readFileSync(join(ROOT, "plugin/package.json"), "utf8"));
const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => /\.m?js$/.test(file));

describe("The plugin in the package", () => {
  it("is found by Medusa, with its widgets", async () => {
    const config = { plugins: [{ resolve: ROOT, options: {} }] };
    const [found] = await getResolvedPlugins(ROOT, config as never);
    expect(found).toMatchObject({
      ...{ name: "medusa-api-key-native", resolve: BUILT, modules: [] },
      admin: { type: "package", resolve: "medusa-api-key-native/admin" },
    });
    for (const subpath of ["admin", "workflows"]) {
      const { exports } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
      for (const file of Object.values<string>(exports[`./${subpath}`])) {
        expect([file, existsSync(join(ROOT, file))]).toEqual([file, true]);
      }
    }
  });

  it("has only folders that Medusa reads, and what they share", () => {
    expect(readdirSync(BUILT).sort()).toEqual(["admin", "api", "keys", "workflows"]);
  });

  it("imports only its peers and Node.js's modules", () => {
    const names = filesOf(BUILT).flatMap((file) =>
      ts
        .preProcessFile(readFileSync(join(BUILT, file), "utf8"), true, true)
        .importedFiles.map((found) => found.fileName),
    );
    const packages = names
      .filter((name) => !name.startsWith("."))
      .map((name) => name.split("/", name.startsWith("@") ? 2 : 1).join("/"));
    const peers = Object.keys(plugin.peerDependencies);
    expect(packages.length).toBeGreaterThan(10);
    expect(packages.filter((name) => !peers.includes(name))).toEqual([]);
    expect(peers.filter((name) => !packages.includes(name))).toEqual([]);
  });

  it("contains no path of the machine that built it", () => {
    for (const file of filesOf(BUILT)) {
      const content = readFileSync(join(BUILT, file), "utf8");
      const maps = [...content.matchAll(/sourceMappingURL=data:application\/json;base64,(\S+)/g)];
      const text = [content, ...maps.map(([, map = ""]) => Buffer.from(map, "base64").toString())].join("\n");
      expect([file, text.includes(ROOT), text.includes(`${homedir()}/`)]).toEqual([file, false, false]);
    }
  });
});
