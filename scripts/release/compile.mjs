// Compiles the addon of a target.

import { copyFileSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fail, root, step, succeeds } from "../../harness/steps.mjs";
import { addonName, TARGETS } from "./targets.mjs";
import { toolchainFor } from "./toolchain.mjs";

/** Directories of this machine that must not be in an addon, and what is there instead. The longest ones come first. */
export function builderPaths(env = process.env) {
  const cargo = env.CARGO_HOME ?? join(homedir(), ".cargo");
  return [
    [join(cargo, "registry", "src"), "crates"],
    [cargo, "cargo"],
    [env.RUSTUP_HOME ?? join(homedir(), ".rustup"), "rustup"],
    [root.replace(/[/\\]$/, ""), "."],
    [homedir(), "home"],
  ];
}

/** Compiles a target with a profile of Cargo.toml and copies the addon to `folder`, under the name that napi's loader expects. */
export async function compile(target, { profile, folder }) {
  const { command, triple, directory, env, flags } = await toolchainFor(target);
  const { glibc, library } = TARGETS[target];
  const floor = command === "zigbuild" && glibc !== undefined ? `.${glibc}` : "";
  const options = ["--lib", "--locked", "--profile", profile, "--target", triple + floor, "--target-dir", directory];
  await step(`Compiling ${target} (${triple}${floor}, profile "${profile}")`, async () => {
    const compiled = await succeeds("cargo", [command, ...options], { ...env, ...flagsWithoutPaths(flags) });
    if (!compiled) fail(`${target} does not compile; see the output above.`);
  });
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(directory, triple, profile, library), join(folder, addonName(target)));
}

/** The flags of both compilers, with which they write no directory of this machine into the addon. */
function flagsWithoutPaths(flags) {
  // The last prefix that matches wins.
  const paths = builderPaths().reverse();
  const rust = [...flags, ...paths.map(([from, to]) => `--remap-path-prefix=${from}=${to}`)];
  // MSVC's compiler has no such flag, and writes no paths.
  const c = process.platform === "win32" ? [] : paths.map(([from, to]) => `-ffile-prefix-map=${from}=${to}`);
  return { CARGO_ENCODED_RUSTFLAGS: rust.join("\x1f"), CFLAGS: c.join(" ") };
}
