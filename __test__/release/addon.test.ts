// `npm run release` with an addon that is built already: it refuses one that exports more than Node.js looks up, although it works, and packs
// the version of Rust that built it. Needs Python 3, as a release does.

import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const ROOT = join(__dirname, "../..");
const ADDON = `medusa-api-key-native.linux-${process.arch}-gnu.node`;
const TIMEOUT_MS = 180_000;

/** Installs the tools of a release, unless they are, and returns the path of their Python. */
function pythonOfReleases() {
  const tools = pathToFileURL(join(ROOT, "scripts/release/tools.mjs"));
  const program = `const { installTools, PYTHON } = await import("${tools}");
    await installTools();
    process.stdout.write("\\n" + PYTHON);`;
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" });
  return output.slice(output.lastIndexOf("\n") + 1);
}

/** Packs and verifies the addon of a folder. It is not the one of a release, so that this fails for other reasons, too. */
function release(folder: string) {
  const args = ["scripts/release.mjs", "--addons", folder, "--profile", "quick"];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" });
  return { status, output: `${stdout}${stderr}` };
}

describe("npm run release -- --addons", () => {
  let folder: string;
  let copy: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "medusa-api-key-native-addon-"));
    copy = join(folder, ADDON);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it(
    "refuses an addon with a second export, which works in Node.js",
    () => {
      const original = join(ROOT, "binding", ADDON);
      const script = join(__dirname, "add_export.py");
      execFileSync(pythonOfReleases(), [script, original, copy, "sqlite3_open"], { stdio: "pipe" });
      const symbols = execFileSync("nm", ["--dynamic", "--defined-only", copy], { encoding: "utf8" });
      expect(symbols.match(/(?<= T )\w+/g)).toEqual(["napi_register_module_v1", "sqlite3_open"]);

      const { status, output } = release(folder);
      expect(output).toMatch(new RegExp(`^linux-${process.arch}-gnu .* ${process.version}$`, "m"));
      expect(output).toContain(
        " exports napi_register_module_v1, sqlite3_open instead of napi_register_module_v1 alone",
      );
      expect(status).toBe(1);
    },
    TIMEOUT_MS,
  );

  it(
    "does not complain about exports if there is one",
    () => {
      copyFileSync(join(ROOT, "binding", ADDON), copy);
      const { output } = release(folder);
      expect(output).toMatch(new RegExp(`^linux-${process.arch}-gnu .* ${process.version}$`, "m"));
      expect(output).not.toContain(" exports ");
    },
    TIMEOUT_MS,
  );

  it(
    "names the version of Rust that built the addon in its notices",
    () => {
      copyFileSync(join(ROOT, "binding", ADDON), copy);
      writeFileSync(join(folder, ADDON.replace(/node$/, "rust.txt")), "1.2.3");
      const { output } = release(folder);
      expect(output).toContain("Packing");
      const packed = `target/release-packages/packages/medusa-api-key-native-linux-${process.arch}-gnu`;
      const notices = readFileSync(join(ROOT, packed, "THIRD-PARTY-NOTICES.txt"), "utf8");
      expect(notices).toContain("The Rust standard library 1.2.3 (MIT)");
    },
    TIMEOUT_MS,
  );
});
