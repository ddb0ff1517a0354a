// Formats every file that a formatter knows, in place.

import { setup } from "../harness/setup.mjs";
import { run, runPackage } from "../harness/steps.mjs";

await setup();
await runPackage("@biomejs/biome/bin/biome", ["check", "--write"]);
await run("cargo", ["fmt"]);
