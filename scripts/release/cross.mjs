// Compiles for macOS and Windows on Linux with Debian's Rust, to prove that the code links there. C is compiled by zig, without the SDKs of
// the two systems: macos-sdk/ names what the addon takes from macOS. What is published is built on these systems themselves.

import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { hostTriple, outputOf } from "../../harness/steps.mjs";
import { canBuildStd } from "./std.mjs";
import { EXPORT, installName, isBuiltHere, systemOf, TARGETS } from "./targets.mjs";
import { libraryOfZig, TOOLS, withTools } from "./tools.mjs";

const SDK = fileURLToPath(new URL("macos-sdk", import.meta.url));
const LIBNODE = join(TOOLS, "libnode");

/** What rustc starts for macOS: programs of the Rust that rustup installed, whose library is not the one of Debian's Rust. */
const PROGRAMS = {
  // napi-build adds an argument that only a C compiler accepts.
  "ld64.lld": `for argument; do
  shift
  [ "$argument" = -Wl ] || set -- "$@" "$argument"
done
exec "$BIN/rust-lld" "$@"`,
  "rust-objcopy": `exec "$BIN/rust-objcopy" "$@"`,
};

const SYSTEMS = {
  darwin: {
    tripleOf: (triple) => triple,
    // zig's own linker ignores rustc's list of exports.
    flags: (target) => [
      "-Clinker=ld64.lld",
      "-Clinker-flavor=ld64.lld",
      `-Clink-args=-install_name ${installName(target)}`,
    ],
    env: macos,
  },
  win32: {
    // The libraries of MinGW replace those of Visual Studio.
    tripleOf: (triple) => triple.replace("-msvc", "-gnullvm"),
    flags: () => [`-Clink-arg=${join(LIBNODE, "exports.def")}`],
    env: windows,
  },
};

/** Whether this machine can prove that a target links, although it cannot build what is published. */
export const canProve = (target) => !isBuiltHere(target) && systemOf(target) in SYSTEMS && canBuildStd();

/** Returns the triple that replaces a target's, rustc's flags and the environment. */
export function crossOf(target) {
  const { tripleOf, flags, env } = SYSTEMS[systemOf(target)];
  return { triple: tripleOf(TARGETS[target].triple), flags: flags(target), env: env() };
}

/** An environment with LLVM's linker for macOS, its program that strips, and an SDK. */
function macos() {
  const toolchain = outputOf("rustc", ["--print", "sysroot"]).trim();
  const bin = join(toolchain, "lib", "rustlib", hostTriple(), "bin");
  const folder = join(TOOLS, "ld64");
  mkdirSync(folder, { recursive: true });
  for (const [name, script] of Object.entries(PROGRAMS)) {
    const head = `#!/bin/sh\nBIN='${bin}'\nexport LD_LIBRARY_PATH='${join(toolchain, "lib")}'\n`;
    writeFileSync(join(folder, name), `${head}${script}\n`, { mode: 0o755 });
  }
  const { PATH } = withTools({});
  return { PATH: [folder, PATH].join(delimiter), MACOSX_DEPLOYMENT_TARGET: "11.0", SDKROOT: sdkOfMacos() };
}

/** An SDK of macos-sdk/ and the C library that zig describes. */
function sdkOfMacos() {
  const folder = join(TOOLS, "MacOSX.sdk");
  const library = join(folder, "usr", "lib");
  mkdirSync(folder, { recursive: true });
  cpSync(SDK, folder, { recursive: true });
  for (const name of ["libSystem", "libc", "libm"]) {
    cpSync(join(libraryOfZig(), "libc", "darwin", "libSystem.tbd"), join(library, `${name}.tbd`));
  }
  return folder;
}

/**
 * An environment with an empty library of Node.js: napi-build wants to link one, but the addon looks its functions up when it is loaded.
 * Without a list of exports, the linker exports more symbols than a library for Windows may have.
 */
function windows() {
  mkdirSync(LIBNODE, { recursive: true });
  writeFileSync(join(LIBNODE, "libnode.dll"), "");
  writeFileSync(join(LIBNODE, "libnode.a"), "!<arch>\n");
  writeFileSync(join(LIBNODE, "exports.def"), `EXPORTS\n  ${EXPORT}\n`);
  return withTools({ LIBNODE_PATH: LIBNODE });
}
