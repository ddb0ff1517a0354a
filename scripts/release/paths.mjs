// Directories of the machine that builds an addon. None of them may be in it: they name its user, and a build on another machine differs.

import { homedir } from "node:os";
import { join } from "node:path";
import { root } from "../../harness/steps.mjs";

const cargo = process.env.CARGO_HOME ?? join(homedir(), ".cargo");

/** The directories, and what the compilers write instead. The last one that matches wins, so the longest ones come last. */
const REPLACED = [
  [homedir(), "home"],
  [root.replace(/[/\\]$/, ""), "."],
  [process.env.RUSTUP_HOME ?? join(homedir(), ".rustup"), "rustup"],
  [cargo, "cargo"],
  [join(cargo, "registry", "src"), "crates"],
];

export const flagsOfRust = () => REPLACED.map(([from, to]) => `--remap-path-prefix=${from}=${to}`);

/** MSVC's compiler has no such flag. */
export const flagsOfC = () =>
  process.platform === "win32" ? [] : REPLACED.map(([from, to]) => `-ffile-prefix-map=${from}=${to}`);

/** The directories that a file contains. */
export function pathsIn(content) {
  return REPLACED.map(([path]) => path).filter((path) => content.includes(path));
}
