// `npm run notices`: the license texts that accompany an addon, and the bills of materials of an addon and of the root package.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Component {
  name: string;
  version: string;
  "bom-ref": string;
}

const ROOT = join(__dirname, "../..");
const MIT = readFileSync(join(ROOT, "LICENSE"), "utf8");
const TRIPLE = /^host: (.+)$/m.exec(run("rustc", "-vV").stdout)?.[1] ?? "unknown";

function run(command: string, ...args: string[]) {
  return spawnSync(command, args, { cwd: ROOT, encoding: "utf8" });
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "medusa-api-key-native-notices-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function notices(...args: string[]) {
  return run(process.execPath, "scripts/notices.mjs", "--out", folder, ...args, TRIPLE);
}

const written = (file: string) => readFileSync(join(folder, TRIPLE, file), "utf8");

describe("the notices of this machine's addon", () => {
  it("name each linked crate, SQLite and the standard library in both files", () => {
    const tree = ["tree", "--locked", "--edges", "normal,no-proc-macro", "--target", TRIPLE];
    const lines = run("cargo", ...tree, "--prefix", "none", "--format", "{p}")
      .stdout.split("\n")
      .filter(Boolean);
    const names = lines.map((line) => line.split(" ").slice(0, 2).join(" ").replace(" v", " "));
    const crates = new Set(names.filter((name) => !name.startsWith("medusa-api-key-native ")));
    const { status, stderr } = notices();

    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const text = written("THIRD-PARTY-NOTICES.txt");
    expect(crates.size).toBeGreaterThan(100);
    expect([...crates].filter((crate) => !text.includes(`\n${crate} (`))).toEqual([]);
    expect(text).toMatch(/^The Rust standard library 1\.\d+/m);
    const { components }: { components: Component[] } = JSON.parse(written("sbom.cdx.json"));
    const listed = components.map(({ name, version }) => `${name} ${version}`);
    const sqlite = /SQLite (\S+),/.exec(text)?.[1];
    expect(listed.sort()).toEqual([...crates, `sqlite ${sqlite}`].sort());
  });

  it("list dependencies that are all components, and are the same on every run", () => {
    notices();
    const first = written("sbom.cdx.json");
    notices();
    const { metadata, components, dependencies } = JSON.parse(first);
    const known = new Set([metadata.component, ...components].map((component: Component) => component["bom-ref"]));

    expect(written("sbom.cdx.json")).toBe(first);
    expect(dependencies.flatMap(({ dependsOn = [] }) => dependsOn).filter((ref: string) => !known.has(ref))).toEqual(
      [],
    );
  });
});

describe("the notices of a crate", () => {
  /** A project with one dependency, which declares a license and contains these files. */
  function project(license: string, files: Record<string, string>): string {
    const manifest = (name: string, rest: string) => `[package]\nname = "${name}"\nversion = "1.0.0"\n${rest}`;
    const crates = {
      "Cargo.toml": manifest("app", '[dependencies]\nused = { path = "used" }\n[workspace]\n'),
      "Cargo.lock": `version = 4
[[package]]
name = "app"
version = "1.0.0"
dependencies = ["used"]
[[package]]
name = "used"
version = "1.0.0"
`,
      "src/lib.rs": "",
      "used/Cargo.toml": manifest("used", `license = "${license}"\n`),
      "used/src/lib.rs": "",
      ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`used/${name}`, text])),
    };
    for (const [path, text] of Object.entries(crates)) {
      mkdirSync(join(folder, path, ".."), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return join(folder, "Cargo.toml");
  }

  it.each<[string, string, Record<string, string>, string]>([
    ["no text at all", "MIT", {}, "MIT"],
    ["only the text of another license", "ISC", { LICENSE: MIT }, "ISC"],
    ["one of two texts that both apply", "MIT AND Unicode-3.0", { "LICENSE-MIT": MIT }, "Unicode-3.0"],
    [
      "a license that deny.toml does not allow",
      "GPL-3.0-only",
      { LICENSE: "GNU General Public License" },
      "GPL-3.0-only",
    ],
  ])("are rejected with %s", (_, license, files, missing) => {
    const { status, stderr } = notices("--manifest-path", project(license, files));

    expect(status).toBe(1);
    expect(stderr).toContain(`used 1.0.0 contains no text of the license ${missing}`);
  });

  it("are accepted with the text of one of two licenses to choose from", () => {
    const { stderr } = notices("--manifest-path", project("Apache-2.0 OR MIT", { "LICENSE-MIT": MIT }));

    expect(stderr).not.toContain("contains no text");
    expect(stderr).toContain("no crate contains SQLite");
  });
});

describe("the bill of materials of the root package", () => {
  const bill = () => JSON.parse(readFileSync(join(folder, "sbom.cdx.json"), "utf8"));
  const platforms = readdirSync(join(ROOT, "npm")).map((platform) => `medusa-api-key-native-${platform}`);
  const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

  function dependenciesOf(ref: string): string[] {
    return bill().dependencies.find((entry: { ref: string }) => entry.ref === ref)?.dependsOn ?? [];
  }

  it("lists its dependencies, what they need, and the packages with an addon", () => {
    expect(notices()).toMatchObject({ status: 0, stderr: "" });
    const names = Object.keys(manifest.dependencies);
    const root = dependenciesOf(`npm:${manifest.name}@${manifest.version}`);

    expect(root.map((ref) => ref.replace(/^npm:(.+)@.+$/, "$1")).sort()).toEqual([...names, ...platforms].sort());
    for (const { scope, name, hashes } of bill().components) {
      const hasAddon = platforms.includes(name);
      expect([name, scope, hashes?.[0]?.alg]).toEqual([
        name,
        ...(hasAddon ? ["optional", undefined] : [undefined, "SHA-512"]),
      ]);
    }
  });

  /** A package-lock.json of a package that depends on `used`, which brings another version of `shared` than the root's tools. */
  function lock(license: string) {
    const integrity = `sha512-${Buffer.from("archive").toString("base64")}`;
    const entry = (version: string, rest = {}) => ({ version, integrity, license: "MIT", ...rest });
    const packages = {
      "": { dependencies: { used: "^1.0.0" }, devDependencies: { shared: "^1.0.0" } },
      "node_modules/used": entry("1.2.0", {
        dependencies: { shared: "^2.0.0" },
        optionalDependencies: { "@scope/extra": "^3.0.0" },
      }),
      "node_modules/used/node_modules/shared": entry("2.3.0", { license }),
      "node_modules/@scope/extra": entry("3.4.0", { dependencies: { shared: "^1.0.0", used: "^1.0.0" } }),
      "node_modules/shared": entry("1.1.0"),
      "node_modules/unused": entry("9.0.0"),
    };
    writeFileSync(join(folder, "package-lock.json"), JSON.stringify({ packages }));
    return notices("--lock-folder", folder);
  }

  it("resolves nested and circular dependencies as npm installs them", () => {
    expect(lock("(GPL-3.0-only OR ISC)")).toMatchObject({ status: 0, stderr: "" });
    const purls = bill().components.map(({ purl }: { purl: string }) => purl);

    expect(purls.filter((purl: string) => !purl.includes("medusa"))).toEqual([
      "pkg:npm/%40scope/extra@3.4.0",
      "pkg:npm/shared@1.1.0",
      "pkg:npm/shared@2.3.0",
      "pkg:npm/used@1.2.0",
    ]);
    expect(dependenciesOf("npm:used@1.2.0")).toEqual(["npm:@scope/extra@3.4.0", "npm:shared@2.3.0"]);
    expect(dependenciesOf("npm:@scope/extra@3.4.0")).toEqual(["npm:shared@1.1.0", "npm:used@1.2.0"]);
  });

  it("is not written if a dependency has a license that deny.toml does not allow", () => {
    const { status, stderr } = lock("GPL-3.0-only");

    expect(status).toBe(1);
    expect(stderr).toContain("shared 2.3.0 has the license GPL-3.0-only");
  });
});
