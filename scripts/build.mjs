// Builds what `require("medusa-api-key-native")` needs, with the profile "quick", or "dist" (for publishing) with --dist.

import { build } from "../harness/build.mjs";

await build(process.argv.includes("--dist") ? "dist" : "quick");
