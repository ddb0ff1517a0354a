// Builds what `require("medusa-api-key-native")` needs, with the profile "quick", or "dist" (for publishing) with --dist. With
// --all-packages, also installs the packages of tests, benchmarks and lint.

import { build } from "../harness/build.mjs";

const has = (flag) => process.argv.includes(flag);
await build(has("--dist") ? "dist" : "quick", has("--all-packages") ? "all" : "build");
