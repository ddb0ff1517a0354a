// Sets up, builds, and runs the example script given as the argument. Works in a fresh clone. With --all-packages, the example may use
// Express and Medusa.

import { build } from "../harness/build.mjs";
import { run } from "../harness/steps.mjs";

const [script, ...flags] = process.argv.slice(2).reverse();
await build("quick", flags.includes("--all-packages") ? "all" : "build");
await run(process.execPath, [script]);
