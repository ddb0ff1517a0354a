// Formats all files in place with Biome and rustfmt.

import { setup } from "../harness/setup.mjs";
import { run, runPackage } from "../harness/steps.mjs";

await setup();
await runPackage("@biomejs/biome/bin/biome", ["check", "--write"]);
await run("cargo", ["fmt"]);
