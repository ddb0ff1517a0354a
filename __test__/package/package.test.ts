// What npm is given: package.json and the packages of npm/.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as required from "../../index.js";

const { ApiKeyModuleService } = required;

interface Manifest {
  name: string;
  version: string;
  main: string;
  files: string[];
  os: string[];
  cpu: string[];
  libc?: string[];
  scripts?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

const ROOT = join(__dirname, "../..");
const PLUGIN_FILES = [
  "admin/index.js",
  "admin/index.mjs",
  "api/middlewares.js",
  "workflows/index.js",
  "workflows/index.d.ts",
];
const manifest = (...path: string[]): Manifest => JSON.parse(readFileSync(join(ROOT, ...path, "package.json"), "utf8"));
const platforms = readdirSync(join(ROOT, "npm")).sort();

describe("the package", () => {
  it("runs no script when it is installed", () => {
    const scripts = Object.keys(manifest().scripts ?? {});
    expect(scripts.filter((name) => /^(pre|post)?install$|^prepare$/.test(name))).toEqual([]);
  });

  it("accepts Medusa from the oldest version that npm run medusa-versions tests by default, as docs/medusa.md says", () => {
    const { medusaVersions }: { medusaVersions: string[] } = JSON.parse(
      readFileSync(join(ROOT, "scripts/package.json"), "utf8"),
    );
    const { peerDependencies = {} } = manifest();
    const named = `any version from ${medusaVersions[0]}, tested with ${medusaVersions.join(", ")}`;

    expect(medusaVersions.length).toBeGreaterThanOrEqual(4);
    for (const name of ["@medusajs/framework", "@medusajs/types"]) {
      expect(peerDependencies[name]).toBe(`^${medusaVersions[0]}`);
    }
    expect(readFileSync(join(ROOT, "docs/medusa.md"), "utf8").replace(/ and (\d)/g, ", $1")).toContain(named);
  });

  it("has only optional peers, and those of the plugin are what plugin/ is built against", () => {
    const { peerDependencies = {}, peerDependenciesMeta = {} } = manifest();
    const optional = Object.entries(peerDependenciesMeta).filter(([, { optional }]) => optional === true);
    expect(optional.map(([name]) => name).sort()).toEqual(Object.keys(peerDependencies).sort());
    expect(peerDependencies).toMatchObject(manifest("plugin").peerDependencies ?? { missing: true });
  });

  it("contains the entry points, the loader, dist/ and the plugin, and neither an addon nor sources", () => {
    const [packed] = Object.values<{ files: { path: string }[] }>(
      JSON.parse(execFileSync("npm", ["pack", "--dry-run", "--json"], { cwd: ROOT, encoding: "utf8", stdio: "pipe" })),
    );
    const files = packed?.files.map((file) => file.path) ?? [];
    expect(files).toEqual(expect.arrayContaining(["index.js", "index.d.ts", "binding/index.js", "dist/index.js"]));
    expect(files).toEqual(expect.arrayContaining(PLUGIN_FILES.map((file) => `.medusa/server/src/${file}`)));
    expect(files.filter((file) => /\.node$|\.rs$|^module\/|^plugin\/|^__test__\/|\.tsx$/.test(file))).toEqual([]);
  });
});

describe("the entry point", () => {
  const apiKeyModule = expect.objectContaining({ service: ApiKeyModuleService, linkable: expect.anything() });

  it("has the same default export for require and for interop that reads module.exports", () => {
    expect(required.default).toEqual(apiKeyModule);
    expect(required).toEqual(apiKeyModule);
  });

  it("exports its names to ES modules", () => {
    const program = `import module, * as names from ${JSON.stringify(pathToFileURL(join(ROOT, "index.js")))};
      console.log(JSON.stringify([module.service === names.ApiKeyModuleService, Object.keys(names).sort()]));`;
    const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" });
    const [sameService, names] = JSON.parse(printed);

    expect(sameService).toBe(true);
    expect(names).toEqual(expect.arrayContaining(["ApiKeyError", "ApiKeyModuleService", "default"]));
  });
});

describe("the platform packages", () => {
  it("cover Linux with glibc and musl, macOS and Windows on x64 and arm64", () => {
    expect(platforms).toEqual([
      "darwin-arm64",
      "darwin-x64",
      "linux-arm64-gnu",
      "linux-arm64-musl",
      "linux-x64-gnu",
      "linux-x64-musl",
      "win32-arm64-msvc",
      "win32-x64-msvc",
    ]);
  });

  it.each(platforms)("%s restrict installation to their platform and match the loader's name", (platform) => {
    const { name, version, main, files, os, cpu, libc } = manifest("npm", platform);
    const [system, processor, library] = platform.split("-");
    expect({ os, cpu }).toEqual({ os: [system], cpu: [processor] });
    expect(libc).toEqual(system === "linux" ? [library === "gnu" ? "glibc" : "musl"] : undefined);
    expect(files).toEqual([main]);
    // A release writes the version of the root, the one place that has it.
    expect(version).toBeUndefined();
    const loader = readFileSync(join(ROOT, "binding/index.js"), "utf8");
    expect(loader).toContain(`require('${name}')`);
    expect(loader).toContain(`require('./${main}')`);
  });
});
