// Rust's standard library for targets that rustup cannot add, as on a machine that reaches Debian's packages but not Rust's: built from
// the sources of Debian's Rust, whose compiler stays in target/ beside the one of rustup.

import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fail, outputOf, run, step } from "../../harness/steps.mjs";
import { unpackedDebs } from "./debian.mjs";
import { flagsOfRust } from "./paths.mjs";
import { TOOLS } from "./tools.mjs";

const FOLDER = join(TOOLS, "rust");
const RUSTC = join(FOLDER, "bin", "rustc");
const LIBRARIES = join(FOLDER, "usr", "lib", "x86_64-linux-gnu");

/** Whether this machine is one for which this file is made. */
export function canBuildStd() {
  return (
    process.platform === "linux" && process.arch === "x64" && outputOf("apt-cache", ["show", "rust-web-src"]) !== null
  );
}

/** Builds the standard library of a triple, unless it is there. Returns the compiler that has it. */
export async function compilerWithStd(triple) {
  const destination = join(FOLDER, "usr", "lib", "rustlib", triple, "lib");
  if (existsSync(destination)) return RUSTC;
  if (!existsSync(RUSTC)) await installRust();
  await step(`Building Rust's standard library for ${triple}`, () => buildStd(triple, destination));
  return RUSTC;
}

async function installRust() {
  const [, std] =
    /Depends: (libstd-rust-web-[\d.]+)/.exec(outputOf("apt-cache", ["depends", "libstd-rust-web-dev"])) ?? [];
  if (std === undefined) fail("Debian's package of Rust's standard library names no version.");
  const packages = ["rustc-web", "libstd-rust-web-dev", "rust-web-src", std];
  await step("Unpacking Debian's Rust", async () => {
    await unpackedDebs(packages, FOLDER);
    // The compiler's own libraries, of which LLVM is in a package whose name has a version.
    const [llvm] = /libLLVM\.so\.\d+/.exec(readFileSync(compilerLibrary(), "latin1")) ?? [];
    if (llvm === undefined) fail("Debian's Rust names no LLVM.");
    await unpackedDebs([`libllvm${llvm.split(".").at(-1)}`], FOLDER);
    mkdirSync(join(FOLDER, "bin"), { recursive: true });
    const script = `#!/bin/sh\nLD_LIBRARY_PATH='${LIBRARIES}' exec '${join(FOLDER, "usr", "bin", "rustc")}' "$@"\n`;
    writeFileSync(RUSTC, script, { mode: 0o755 });
  });
}

function compilerLibrary() {
  const name = readdirSync(LIBRARIES).find((file) => file.startsWith("librustc_driver-"));
  if (name === undefined) fail("Debian's Rust has no librustc_driver.");
  return join(LIBRARIES, name);
}

async function buildStd(triple, destination) {
  const [version] = readdirSync(join(FOLDER, "usr", "src"));
  const source = join(FOLDER, "usr", "src", version);
  const manifest = join(source, "library", "std", "Cargo.toml");
  // An addon links std statically; the dynamic library would need a linker for the target.
  writeFileSync(manifest, readFileSync(manifest, "utf8").replace(`["dylib", "rlib"]`, `["rlib"]`));
  const output = join(FOLDER, "std");
  const flags = [
    ...["-Zforce-unstable-if-unmarked", "-Cembed-bitcode=yes"],
    ...flagsOfRust(),
    `--remap-path-prefix=${source}=/rustc`,
  ];
  await run(
    "cargo",
    [
      ...["build", "--locked", "--manifest-path", join(source, "library", "sysroot", "Cargo.toml")],
      ...["--profile", "dist", "--target", triple, "--target-dir", output],
      ...["--features", "panic-unwind backtrace"],
    ],
    {
      RUSTC,
      // std needs features of the compiler that a stable one only allows with this variable.
      RUSTC_BOOTSTRAP: "1",
      __CARGO_DEFAULT_LIB_METADATA: "release",
      CARGO_ENCODED_RUSTFLAGS: flags.join("\x1f"),
    },
  );
  const built = join(output, triple, "dist", "deps");
  rmSync(destination, { recursive: true, force: true });
  mkdirSync(destination, { recursive: true });
  for (const file of readdirSync(built).filter((name) => name.endsWith(".rlib"))) {
    copyFileSync(join(built, file), join(destination, file));
  }
}
