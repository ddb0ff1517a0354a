// Builds what `require("medusa-api-key-native")` needs: the quick profile for a clone, with --dist what is published.

import { build } from "../harness/build.mjs";

await build(process.argv.includes("--dist") ? "dist" : "quick");
