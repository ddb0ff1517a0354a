// Writes binding/index.js, the loader of the addon, and binding/index.d.ts, the types of what src/node/ exports, with napi's command line.
// Both are committed, so that a build needs neither that program nor its packages, which are 80 MB.

import { pathToFileURL } from "node:url";
import { setup } from "../harness/setup.mjs";
import { hostTriple, runPackage } from "../harness/steps.mjs";

/** Compiles the addon once more, since the types are a by-product of that, and writes both files. */
export function writeBinding() {
  return runPackage("@napi-rs/cli/dist/cli.js", [
    "build",
    "--platform",
    ...["--profile", "quick"],
    ...["--target", hostTriple()],
    ...["--output-dir", "binding"],
    ...["--js", "index.js"],
    ...["--dts", "index.d.ts"],
  ]);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await setup();
  await writeBinding();
}
