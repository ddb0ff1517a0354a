// Builds what `require("medusa-api-key-native")` needs: the addon with its loader in binding/, and module/ as dist/. What of module/
// follows from the addon is written on the way.
// A clone gets the quick profile; the benchmarks measure "release"; what is published is "dist".

import { rmSync } from "node:fs";
import { setup } from "./setup.mjs";
import { hostTriple, root, runPackage, step } from "./steps.mjs";

/** Cargo skips what has not changed; a cold build compiles some 300 crates. */
export async function build(profile = "quick") {
  await setup();
  await step("Building the Rust addon (three minutes the first time, seconds afterwards)", () => buildAddon(profile));
  await step("Writing module/generated/, compiling module/ to dist/", compileModule);
}

// The target is named although it is this machine: `cargo test` names it too, and then both share every crate.
function buildAddon(profile) {
  return runPackage("@napi-rs/cli/dist/cli.js", [
    "build",
    "--platform",
    ...["--profile", profile],
    ...["--target", hostTriple()],
    ...["--output-dir", "binding"],
    ...["--js", "index.js"],
    ...["--dts", "index.d.ts"],
  ]);
}

// Imported late: it needs packages that the set-up installs.
async function compileModule() {
  const { writeColumns } = await import("./columns.mjs");
  writeColumns();
  rmSync(`${root}dist`, { recursive: true, force: true });
  return runPackage("typescript/bin/tsc", ["--project", "tsconfig.build.json"]);
}
