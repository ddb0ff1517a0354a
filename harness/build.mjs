// Builds what `require("medusa-api-key-native")` needs: the addon with its loader in binding/, and module/ as dist/. Generates
// module/generated/ from the addon in between. Where Medusa is installed, also builds plugin/ to .medusa/server.
// A clone uses the profile "quick", the benchmarks "release", the published packages "dist".

import { rmSync } from "node:fs";
import { buildPlugin } from "./plugin.mjs";
import { hasAllPackages, setup } from "./setup.mjs";
import { hostTriple, root, runPackage, step } from "./steps.mjs";

/** Builds everything. Cargo skips unchanged crates; a cold build compiles about 200. `packages` are what setup() installs. */
export async function build(profile = "quick", packages = "all") {
  await setup(packages);
  await step("Building the Rust addon (two minutes the first time, seconds afterwards)", () => buildAddon(profile));
  await step("Writing module/generated/, compiling module/ to dist/", compileModule);
  if (hasAllPackages()) await buildPlugin();
}

// The target is explicit although it is the host: `cargo test` names it too, so that both share every compiled crate.
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

// Imported late: it needs packages that setup() installs.
async function compileModule() {
  const { writeColumns } = await import("./columns.mjs");
  writeColumns();
  rmSync(`${root}dist`, { recursive: true, force: true });
  return runPackage("typescript/bin/tsc", ["--project", "tsconfig.build.json"]);
}
