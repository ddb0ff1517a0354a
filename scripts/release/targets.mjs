// The platforms that a release has a package for. The folder of a platform's package is npm/<name>.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../harness/steps.mjs";

const BINARY = "medusa-api-key-native";

/** `triple` is rustc's name. `glibc` is the oldest version that the addon loads with. `library` is the file that cargo writes. */
export const TARGETS = {
  "linux-x64-gnu": { triple: "x86_64-unknown-linux-gnu", glibc: "2.17", library: "libmedusa_api_key_native.so" },
  "linux-arm64-gnu": { triple: "aarch64-unknown-linux-gnu", glibc: "2.17", library: "libmedusa_api_key_native.so" },
  "linux-x64-musl": { triple: "x86_64-unknown-linux-musl", library: "libmedusa_api_key_native.so" },
  "linux-arm64-musl": { triple: "aarch64-unknown-linux-musl", library: "libmedusa_api_key_native.so" },
  "darwin-arm64": { triple: "aarch64-apple-darwin", library: "libmedusa_api_key_native.dylib" },
  "darwin-x64": { triple: "x86_64-apple-darwin", library: "libmedusa_api_key_native.dylib" },
  "win32-x64-msvc": { triple: "x86_64-pc-windows-msvc", library: "medusa_api_key_native.dll" },
  "win32-arm64-msvc": { triple: "aarch64-pc-windows-msvc", library: "medusa_api_key_native.dll" },
};

/** The one function that Node.js looks up. Any other name could clash with another addon's. */
export const EXPORT = "napi_register_module_v1";

/** Where a release puts its addons and packages; ignored by git. */
export const RELEASE = join(root, "target", "release-packages");

/** The file name of a platform's addon, as napi's loader expects it. */
export const addonName = (target) => `${BINARY}.${target}.node`;

/** The file beside a platform's addon that has the version of its Rust compiler, and so of the standard library in it. */
export const rustName = (target) => `${BINARY}.${target}.rust.txt`;

/** The name that a library for macOS has for others that link it. By default it is the path at which the linker wrote it. */
export const installName = (target) => `@rpath/${addonName(target)}`;

/** The package of a platform. */
export const packageName = (target) => `${BINARY}-${target}`;

/** Node.js's name of the system of a target. */
export const systemOf = (target) => target.split("-")[0];

/** Whether this machine can build a target: zig compiles for any Linux, while macOS and Windows need their own machine. */
export const isBuiltHere = (target) => systemOf(target) === "linux" || systemOf(target) === process.platform;

/** The platform of this process, or `undefined` if there is no package for it. */
export function hostTarget() {
  const glibc = process.report.getReport().header.glibcVersionRuntime !== undefined;
  const library = { linux: glibc ? "-gnu" : "-musl", win32: "-msvc" }[process.platform] ?? "";
  const name = `${process.platform}-${process.arch}${library}`;
  return name in TARGETS ? name : undefined;
}

/** The targets whose addon is in a folder. */
export function targetsIn(folder) {
  const present = readdirSync(folder);
  return Object.keys(TARGETS).filter((target) => present.includes(addonName(target)));
}
