// Sets up, builds, and runs the example script given as the argument. Works in a fresh clone.

import { build } from "../harness/build.mjs";
import { run } from "../harness/steps.mjs";

await build("quick", "build");
await run(process.execPath, process.argv.slice(2));
