// Compiles the addon of a target.

import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fail, rustVersion, step, succeeds } from "../../harness/steps.mjs";
import { flagsOfC, flagsOfRust } from "./paths.mjs";
import { addonName, rustName, TARGETS } from "./targets.mjs";
import { toolchainFor } from "./toolchain.mjs";

/**
 * Compiles a target with a profile of Cargo.toml and copies the addon to `folder`, under the name that napi's loader expects, with the version
 * of the compiler in a file beside it.
 */
export async function compile(target, { profile, folder }) {
  const { command, triple, directory, env, flags } = await toolchainFor(target);
  const { glibc, library } = TARGETS[target];
  const floor = glibc !== undefined ? `.${glibc}` : "";
  const options = ["--lib", "--locked", "--profile", profile, "--target", triple + floor, "--target-dir", directory];
  await step(`Compiling ${target} (${triple}${floor}, profile "${profile}")`, async () => {
    const compiled = await succeeds("cargo", [command, ...options], {
      ...env,
      CARGO_ENCODED_RUSTFLAGS: [...flags, ...flagsOfRust()].join("\x1f"),
      CFLAGS: flagsOfC().join(" "),
    });
    if (!compiled) fail(`${target} does not compile; see the output above.`);
  });
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(directory, triple, profile, library), join(folder, addonName(target)));
  writeFileSync(join(folder, rustName(target)), rustVersion(env.RUSTC));
}
