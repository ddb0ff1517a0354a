// Decides what compiles a target: cargo itself for macOS and Windows on their own machines, cargo-zigbuild for everything else. zig has
// the C compiler, the linker and the C libraries of all targets, and links against the glibc that is asked for.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fail, outputOf, root, succeeds } from "../../harness/steps.mjs";
import { canProve, crossOf } from "./cross.mjs";
import { canBuildStd, compilerWithStd } from "./std.mjs";
import { installName, systemOf, TARGETS } from "./targets.mjs";
import { withTools } from "./tools.mjs";

/** rustc's flags for a target, by a part of its name. */
const FLAGS = {
  darwin: (target) => [`-Clink-arg=-Wl,-install_name,${installName(target)}`],
  // A shared library cannot contain musl: the process that loads it has one already.
  musl: () => ["-Ctarget-feature=-crt-static"],
  // Windows has no C runtime of Visual Studio until it is installed.
  msvc: () => ["-Ctarget-feature=+crt-static"],
};

/**
 * Returns how to compile a target: cargo's `command` (`build` or `zigbuild`), the `triple`, the target `directory`, the environment and
 * rustc's flags.
 */
export async function toolchainFor(target) {
  if (canProve(target)) {
    const { triple, env, flags } = crossOf(target);
    const RUSTC = await compilerWithStd(triple);
    return { command: "zigbuild", triple, directory: directory("debian"), env: { ...env, RUSTC }, flags };
  }
  const { triple } = TARGETS[target];
  const command = systemOf(target) === "linux" ? "zigbuild" : "build";
  const flags = FLAGS[target.split("-").find((part) => part in FLAGS)]?.(target) ?? [];
  const debian = !hasStd(triple) && canBuildStd();
  if (debian) {
    const env = withTools({ RUSTC: await compilerWithStd(triple) });
    return { command, triple, directory: directory("debian"), env, flags };
  }
  if (!hasStd(triple) && !(await addTarget(triple))) {
    fail(`Rust's standard library for ${triple} is missing; run "rustup target add ${triple}".`);
  }
  return { command, triple, directory: directory("rustup"), env: withTools({}), flags };
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
