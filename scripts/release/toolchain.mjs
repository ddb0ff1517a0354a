// Decides what compiles a target: cargo itself for macOS and Windows on their own machines, cargo-zigbuild for everything else. zig has
// the C compiler, the linker and the C libraries of all targets, and links against the glibc that is asked for.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fail, outputOf, root, succeeds } from "../../harness/steps.mjs";
import { crossCompilation } from "./cross.mjs";
import { builtStd, canBuildStd } from "./std.mjs";
import { systemOf, TARGETS } from "./targets.mjs";
import { withTools } from "./tools.mjs";

/**
 * Returns how to compile a target: cargo's `command` (`build` or `zigbuild`), the `triple`, the target `directory`, the environment and
 * rustc's flags.
 */
export async function toolchainFor(target) {
  const system = systemOf(target);
  const { triple: native, cross = native } = TARGETS[target];
  if (system === process.platform && system !== "linux") {
    if (!hasStd(native) && !(await addTarget(native))) fail(missing(native));
    return { command: "build", triple: native, directory: directory("rustup"), env: {}, flags: [] };
  }
  const { env, flags } = await crossCompilation(target);
  const found = hasStd(cross) || (!canBuildStd() && (await addTarget(cross)));
  if (found) return { command: "zigbuild", triple: cross, directory: directory("rustup"), env: withTools(env), flags };
  if (!canBuildStd()) fail(missing(cross));
  const { rustc } = await builtStd(cross);
  return {
    command: "zigbuild",
    triple: cross,
    directory: directory("debian"),
    env: withTools({ ...env, RUSTC: rustc }),
    flags,
  };
}

/** A directory for each compiler, since the outputs of two do not mix. */
const directory = (compiler) => join(root, "target", "release-addons", compiler);

/** Whether the toolchain in use has the standard library of a triple. */
function hasStd(triple) {
  const folder = outputOf("rustc", ["--print", "target-libdir", "--target", triple])?.trim();
  return (
    folder !== undefined && existsSync(folder) && readdirSync(folder).some((name) => /^libstd-.*\.rlib$/.test(name))
  );
}

function addTarget(triple) {
  return succeeds("rustup", ["target", "add", triple]).catch(() => false);
}

const missing = (triple) => `Rust's standard library for ${triple} is missing; run "rustup target add ${triple}".`;
