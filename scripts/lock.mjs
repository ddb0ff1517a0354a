// Updates package-lock.json from package.json and completes it.
//
// A mirror of the registry may offer only the packages of one platform. npm then silently omits the other platforms' optional packages
// from the lock file, and `npm ci` rejects that file everywhere. This script adds them by name and version: where one is needed, npm
// fetches it from a registry that offers it.

import { readFileSync, utimesSync, writeFileSync } from "node:fs";
import { root, run } from "../harness/steps.mjs";

const LOCK = `${root}package-lock.json`;
const SYSTEMS = ["aix", "android", "darwin", "freebsd", "linux", "openharmony", "sunos", "win32"];
const PROCESSORS = ["arm", "arm64", "ia32", "loong64", "ppc64", "riscv64", "s390x", "wasm32", "x64"];
const LIBRARIES = { gnu: "glibc", gnueabihf: "glibc", musl: "musl", musleabihf: "musl" };

await run("npm", [
  ...["install", "--workspaces", "--include-workspace-root"],
  ...["--ignore-scripts", "--no-audit", "--no-fund"],
]);
const lock = JSON.parse(readFileSync(LOCK, "utf8"));
const missing = Object.values(lock.packages)
  .flatMap((entry) => Object.entries(entry.optionalDependencies ?? {}))
  .filter(([name]) => !(`node_modules/${name}` in lock.packages));
for (const [name, version] of missing) lock.packages[`node_modules/${name}`] = platformPackage(name, version);
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(LOCK, `${JSON.stringify(lock, null, 2)}\n`);
// What was installed above is not outdated.
utimesSync(`${root}node_modules/.package-lock.json`, new Date(), new Date());
console.log(`completed package-lock.json with ${missing.length} packages for other platforms`);

/** Returns the lock file's entry of a package whose name ends in its platform, such as `@swc/core-darwin-arm64`. */
function platformPackage(name, version) {
  const words = name.split(/[-/]/);
  const os = words.filter((word) => SYSTEMS.includes(word));
  const libc = words.flatMap((word) => LIBRARIES[word] ?? []);
  return {
    version,
    cpu: words.filter((word) => PROCESSORS.includes(word)),
    dev: true,
    ...(os.includes("linux") && { libc }),
    optional: true,
    ...(os.length > 0 && { os }),
  };
}
