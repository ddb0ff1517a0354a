// `npm run release` without a compiler: what it refuses, how it moves the version, and the check of the root package. `.ci/run` rehearses a
// whole release.

import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(__dirname, "../..");
const EXAMPLES = ["examples/express/package.json", "examples/medusa/package.json"];
/** What a copy of the checkout needs to run the command. */
const COPIED = [
  ...EXAMPLES,
  "scripts",
  "harness",
  "binding/index.js",
  "package.json",
  "package-lock.json",
  "CHANGELOG.md",
];
const CHANGES = "### Added\n\n- A change.\n";

let copy: string;

beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), "medusa-api-key-native-release-"));
});
afterEach(() => rmSync(copy, { recursive: true, force: true }));

const git = (...args: string[]) => execFileSync("git", args, { cwd: copy, encoding: "utf8" }).trim();
const read = (file: string) => readFileSync(join(copy, file), "utf8");
const write = (file: string, content: string) => writeFileSync(join(copy, file), content);
const manifest = () => JSON.parse(read("package.json"));
const unreleased = () => write("CHANGELOG.md", `# Changelog\n\n## [Unreleased]\n\n${CHANGES}`);

function copyCheckout() {
  for (const path of COPIED) {
    mkdirSync(join(copy, path, ".."), { recursive: true });
    cpSync(join(ROOT, path), join(copy, path), { recursive: true, filter: (file) => !file.includes("node_modules") });
  }
  unreleased();
  git("init", "--quiet", "--initial-branch=main");
  git("config", "user.name", "Test");
  git("config", "user.email", "test@example.com");
  commit("start");
}

function commit(subject: string) {
  git("add", "--all");
  git("commit", "--quiet", "--message", subject);
}

function release(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/release.mjs", ...args], {
    cwd: copy,
    encoding: "utf8",
  });
  return { status, output: `${stdout}${stderr}` };
}

describe("npm run release -- --version", () => {
  beforeEach(copyCheckout);

  it("moves the version and the changelog, and commits and tags them", () => {
    const { status, output } = release("--version", "7.8.9");
    expect(output).toBe("");
    expect(status).toBe(0);

    expect(manifest().version).toBe("7.8.9");
    const lock = JSON.parse(read("package-lock.json"));
    expect([lock.version, lock.packages[""].version]).toEqual(["7.8.9", "7.8.9"]);
    const ranges = EXAMPLES.map((file) => JSON.parse(read(file)).dependencies["medusa-api-key-native"]);
    expect(ranges).toEqual(["^7.8.9", "^7.8.9"]);
    expect(read("CHANGELOG.md")).toMatch(
      /## \[Unreleased\]\n\n## \[7\.8\.9\] - \d{4}-\d\d-\d\d\n\n### Added\n\n- A change\.\n/,
    );
    expect(git("log", "-1", "--format=%s")).toBe("release: 7.8.9");
    expect(git("tag", "--points-at", "HEAD")).toBe("v7.8.9");
    expect(git("status", "--porcelain")).toBe("");
  });

  it("changes every version in the loader of napi", () => {
    const before = manifest().version;
    const count = (version: string) => read("binding/index.js").split(version).length - 1;
    const places = count(before);
    release("--version", "7.8.9");

    expect(places).toBeGreaterThan(10);
    expect({ old: count(before), new: count("7.8.9") }).toEqual({ old: 0, new: places });
  });

  it.each([
    ["a version that is none", ["--version", "seven"], "takes a version such as 1.2.3", () => {}],
    ["uncommitted changes", ["--version", "7.8.9"], "uncommitted changes", () => write("index.js", "")],
    ["a tag that exists", ["--version", "7.8.9"], "The tag v7.8.9 exists", () => void git("tag", "v7.8.9")],
    [
      "a changelog without changes",
      ["--version", "7.8.9"],
      "lists nothing under Unreleased",
      () => {
        write("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n\n## [0.0.1] - 2026-01-01\n\n- Old.\n");
        commit("changelog");
      },
    ],
  ])("rejects %s and changes nothing", (_, args, message, prepare) => {
    prepare();
    const head = git("rev-parse", "HEAD");
    const { status, output } = release(...args);

    expect(status).toBe(1);
    expect(output).toContain(message);
    expect([manifest().version, git("rev-parse", "HEAD")]).toEqual([
      JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).version,
      head,
    ]);
  });
});

describe("npm run release -- --publish", () => {
  const OWNED = { author: "A", repository: "r", homepage: "h", bugs: "b" };
  const publish = (...args: string[]) => release("--addons", "addons", "--publish", ...args);

  beforeEach(() => {
    copyCheckout();
    mkdirSync(join(copy, "addons"));
    write("addons/medusa-api-key-native.linux-x64-gnu.node", "");
  });

  it("is refused without what only the owner knows", () => {
    const unowned = manifest();
    for (const field of Object.keys(OWNED)) delete unowned[field];
    write("package.json", JSON.stringify(unowned));
    const { status, output } = publish("--partial");

    expect(status).toBe(1);
    expect(output).toContain("package.json lacks author, repository, homepage, bugs");
  });

  it("is refused without all platforms, unless it is partial", () => {
    write("package.json", JSON.stringify({ ...manifest(), ...OWNED }));
    commit("owner");
    const [whole, partial] = [publish(), publish("--partial")];

    expect(whole.status).toBe(1);
    expect(whole.output).toContain("No addon for linux-arm64-gnu, linux-x64-musl");
    expect(partial.status).toBe(1);
    expect(partial.output).toContain("HEAD has no tag");
  });

  it("is refused with a profile that is not the one of releases", () => {
    const { status, output } = publish("--profile", "quick");
    expect(status).toBe(1);
    expect(output).toContain('takes addons of the profile "dist"');
  });

  it("is refused for an addon that this system can only link to prove that it links", () => {
    const elsewhere = process.platform === "darwin" ? "win32-x64-msvc" : "darwin-arm64";
    const { status, output } = release("--publish", "--partial", elsewhere);
    expect(status).toBe(1);
    expect(output).toContain(`${elsewhere} must be built on that system`);
  });

  it("is refused for a target that does not exist", () => {
    const { status, output } = release("linux-x64");
    expect(status).toBe(1);
    expect(output).toContain("unknown target linux-x64; the targets are linux-x64-gnu");
  });
});

describe("npm publish in a checkout", () => {
  it("is refused, so that no old dist/ is published", () => {
    const { status, stderr } = spawnSync("npm", ["publish", "--dry-run"], { cwd: ROOT, encoding: "utf8", shell: true });
    expect(status).not.toBe(0);
    expect(stderr).toContain('Publish with "npm run release -- --publish"');
  });
});

describe("The check of the root package", () => {
  const check = () =>
    spawnSync(process.execPath, [join(ROOT, "scripts/release/check-root.mjs"), copy], { encoding: "utf8" });

  beforeEach(() => {
    for (const path of ["index.js", "package.json", "binding/index.js", "dist"]) {
      cpSync(join(ROOT, path), join(copy, path), { recursive: true });
    }
  });

  it("accepts what is published", () => {
    expect(check()).toMatchObject({ status: 0, stderr: "" });
  });

  it("rejects an index.js that napi's loader has overwritten", () => {
    cpSync(join(copy, "binding/index.js"), join(copy, "index.js"));
    const { status, stderr } = check();
    expect(status).toBe(1);
    expect(stderr).toContain("index.js is napi's loader");
  });

  it("rejects an index.js that lacks an export", () => {
    write("index.js", `exports.ApiKeyModuleService = require("./dist/index.js").ApiKeyModuleService;`);
    const { status, stderr } = check();
    expect(status).toBe(1);
    expect(stderr).toContain("index.js does not export default, ApiKeyError");
  });
});
