// Builds what `require("medusa-api-key-native")` needs: the addon in binding/, and module/ as dist/. Generates
// module/generated/ from the addon in between. Where Medusa is installed, also builds plugin/ to .medusa/server.
// A clone uses the profile "quick", the benchmarks "release", the published packages "dist".

import { rmSync } from "node:fs";
import { buildAddon } from "./addon.mjs";
import { buildPlugin } from "./plugin.mjs";
import { hasAllPackages, setup } from "./setup.mjs";
import { root, runPackage, step } from "./steps.mjs";

/** Builds everything. Cargo skips unchanged crates; a cold build compiles about 200. `packages` are what setup() installs. */
export async function build(profile = "quick", packages = "all") {
  await setup(packages);
  await step("Building the Rust addon (two minutes the first time, seconds afterwards)", () => buildAddon(profile));
  await step("Writing module/generated/, compiling module/ to dist/", compileModule);
  if (hasAllPackages()) await buildPlugin();
}

// Imported late: it needs packages that setup() installs.
async function compileModule() {
  const { writeColumns } = await import("./columns.mjs");
  writeColumns();
  rmSync(`${root}dist`, { recursive: true, force: true });
  return runPackage("typescript/bin/tsc", ["--project", "tsconfig.build.json"]);
}
