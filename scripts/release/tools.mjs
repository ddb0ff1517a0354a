// Installs what builds and checks addons, from PyPI, into the project's target/ folder: cargo-zigbuild, zig and LIEF, with the
// versions of requirements.txt. Needs Python 3 with `venv`.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { fail, outputOf, root, step, succeeds } from "../../harness/steps.mjs";

export const TOOLS = join(root, "target", "release-tools");

const REQUIREMENTS = fileURLToPath(new URL("requirements.txt", import.meta.url));
const VENV = join(TOOLS, "python");
const BIN = join(VENV, process.platform === "win32" ? "Scripts" : "bin");
/** The interpreter of the installed tools. */
export const PYTHON = join(BIN, process.platform === "win32" ? "python.exe" : "python");

/** Installs the tools, unless these versions are installed already. */
export async function installTools() {
  const mark = join(VENV, "requirements.txt");
  const wanted = readFileSync(REQUIREMENTS, "utf8");
  if (existsSync(mark) && readFileSync(mark, "utf8") === wanted) return;
  const python = ["python3", "python"].find((name) => outputOf(name, ["--version"]) !== null);
  if (python === undefined) fail("Python 3 is needed for a release: cargo-zigbuild, zig and LIEF are its packages.");
  await step("Installing cargo-zigbuild, zig and LIEF", async () => {
    const installed =
      (await succeeds(python, ["-m", "venv", VENV])) &&
      (await succeeds(PYTHON, ["-m", "pip", "install", "--quiet", "--requirement", REQUIREMENTS]));
    if (!installed) fail("the tools of the release could not be installed");
    writeFileSync(mark, wanted);
  });
}

/** The folder of zig's descriptions and sources of the C libraries. */
export function libraryOfZig() {
  const print = "import importlib.util as u; print(u.find_spec('ziglang').submodule_search_locations[0])";
  return join(outputOf(PYTHON, ["-c", print])?.trim() ?? fail("zig is not installed."), "lib");
}

/** An environment in which `cargo zigbuild` is found. */
export function withTools(env) {
  return { ...env, PATH: `${BIN}${delimiter}${process.env.PATH}` };
}
