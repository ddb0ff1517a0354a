// Writes what a package has to contain beside its code: a software bill of materials and, if it holds an addon, the notices of its crates.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fail, root, rustVersion } from "../../harness/steps.mjs";
import { linkedCrates } from "./crates.mjs";
import { isAllowed, withTexts } from "./license-texts.mjs";
import { rendered } from "./notices.mjs";
import { installedPackages } from "./npm-packages.mjs";
import { bill, billOfRoot } from "./sbom.mjs";

/** The files that `writeNotices` writes. */
export const NOTICE_FILES = ["THIRD-PARTY-NOTICES.txt", "sbom.cdx.json"];
/** The file that `writeRootBill` writes. */
export const BILL = NOTICE_FILES[1];

/**
 * Writes both files to `folder` for the addon of a target triple, as linked by `manifest`, a Cargo.toml, with the standard library of
 * `rust`, a version. Returns the number of crates; exits with a message if the text of a license is missing.
 */
export async function writeNotices(triple, folder, { manifest = `${root}Cargo.toml`, rust = rustVersion() } = {}) {
  const linked = linkedCrates(manifest, triple);
  const { crates, missing } = withTexts(linked);
  if (missing.length > 0)
    fail(`${missing.join("\n  ")}\n  Add the text to scripts/notices/texts/ and license-texts.mjs.`);
  const { version, license } = manifestIn(root);
  const sqlite = sqliteVersion(crates);
  mkdirSync(folder, { recursive: true });
  const [notices, sbom] = NOTICE_FILES.map((file) => join(folder, file));
  writeFileSync(notices, rendered(crates, sqlite, rust));
  writeFileSync(sbom, await bill({ name: packageOf(folder), version, license }, crates, sqlite));
  return crates.length;
}

/**
 * Writes the bill of the root package to `folder`. `platforms` are the names of its packages with an addon, and `checkout` has the
 * package-lock.json. Returns the number of packages that npm installs with it; exits with a message if the license of one is not allowed.
 */
export async function writeRootBill(folder, platforms, checkout = root) {
  const packages = installedPackages(checkout);
  const refused = packages.filter(({ license }) => !isAllowed(license));
  if (refused.length > 0)
    fail(refused.map(({ name, version, license }) => `${name} ${version} has the license ${license}`).join("\n  "));
  const { name, version, license } = manifestIn(root);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, BILL), await billOfRoot({ name, version, license }, packages, platforms));
  return packages.length;
}

// The folder may be that of a platform's package.
const packageOf = (folder) => manifestIn(existsSync(join(folder, "package.json")) ? folder : root).name;
const manifestIn = (folder) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));

// The crate contains SQLite's sources.
function sqliteVersion(crates) {
  const { folder } = crates.find(({ name }) => name === "libsqlite3-sys") ?? fail("no crate contains SQLite");
  const header = readFileSync(join(folder, "sqlite3", "sqlite3.h"), "utf8");
  return /^#define SQLITE_VERSION\s+"(.+)"$/m.exec(header)?.[1] ?? fail("sqlite3.h states no version");
}
