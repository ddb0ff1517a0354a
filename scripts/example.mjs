// Sets up, builds, and runs the example that the argument names: from a fresh clone to API keys in an SQLite database.

import { build } from "../harness/build.mjs";
import { run } from "../harness/steps.mjs";

await build();
await run(process.execPath, process.argv.slice(2));
