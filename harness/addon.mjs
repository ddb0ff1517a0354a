// Compiles the addon for this machine and copies it to binding/, under the name that the loader there expects. What the loader and its types
// are made of is committed: see scripts/binding.mjs.

import { copyFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { fail, hostTriple, outputOf, root, run } from "./steps.mjs";

/** What cargo calls the library, before and after its name, by Node.js's name of the system. */
const LIBRARY = { darwin: ["lib", ".dylib"], win32: ["", ".dll"] };

/** Compiles the addon with a profile of Cargo.toml. */
export async function buildAddon(profile) {
  // The target is explicit although it is the host: `cargo test` names it too, so that both share every compiled crate.
  const triple = hostTriple();
  await run("cargo", ["build", "--lib", "--profile", profile, "--target", triple], environment(triple));
  const [prefix, suffix] = LIBRARY[process.platform] ?? ["lib", ".so"];
  const built = join(targetDirectory(), triple, profile, `${prefix}medusa_api_key_native${suffix}`);
  const addon = join(root, "binding", `medusa-api-key-native.${platformOf(triple)}.node`);
  // Renamed, since writing to a library crashes the processes that have loaded it.
  copyFileSync(built, `${addon}.new`);
  renameSync(`${addon}.new`, addon);
}

/** A shared library cannot contain musl: the process that loads it has one already. */
function environment(triple) {
  if (!triple.includes("musl")) return {};
  const flags = "-C target-feature=-crt-static";
  return { RUSTFLAGS: [process.env.RUSTFLAGS, flags].filter(Boolean).join(" ") };
}

function targetDirectory() {
  const metadata = outputOf("cargo", ["metadata", "--no-deps", "--format-version", "1"]);
  return metadata === null ? fail("cargo metadata failed.") : JSON.parse(metadata).target_directory;
}

/** The platform as napi's loader names it: with the C library or the ABI, except on macOS. */
function platformOf(triple) {
  const library = process.platform === "darwin" ? [] : [triple.split("-").at(-1)];
  return [process.platform, process.arch, ...library].join("-");
}
