// What the compilers need besides Rust's standard library, if a target is compiled on another system.

import { systemOf } from "./targets.mjs";

/** Returns the environment and rustc's flags for a target that zig compiles. */
export async function crossCompilation(target) {
  // A shared library cannot contain musl: the process that loads it has one already.
  if (target.endsWith("-musl")) return { env: {}, flags: ["-Ctarget-feature=-crt-static"] };
  if (systemOf(target) === "linux") return { env: {}, flags: [] };
  throw new Error(`${target} is built on its own system`);
}
