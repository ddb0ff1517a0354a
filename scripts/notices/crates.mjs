// The crates that are linked into the addon of a target: its normal dependencies, without those that only run while it is built.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * @typedef {object} Crate
 * @property {string} name
 * @property {string} version
 * @property {string} license its SPDX expression
 * @property {string | null} licenseFile the file that the manifest names
 * @property {string | null} repository
 * @property {string} folder where its sources are
 * @property {string | undefined} sha256 of the archive in the registry
 * @property {boolean} direct whether the addon itself names it
 * @property {string[]} dependencies the linked crates that it uses, as `name@version`
 */

export const idOf = ({ name, version }) => `${name}@${version}`;

/**
 * Returns the crates that `manifest` (a Cargo.toml) links for a target triple, sorted by name.
 * @returns {Crate[]}
 */
export function linkedCrates(manifest, triple) {
  const linked = namesOfLinked(manifest, triple);
  const args = ["--format-version", "1", "--filter-platform", triple];
  const { packages, resolve } = JSON.parse(cargo("metadata", manifest, args));
  const checksums = checksumsIn(join(dirname(manifest), "Cargo.lock"));
  const ids = new Map(packages.map((found) => [found.id, idOf(found)]));
  const used = new Map(resolve.nodes.map(({ id, dependencies }) => [id, dependencies.map((used) => ids.get(used))]));
  const direct = new Set(used.get(resolve.root));
  return packages
    .filter((found) => found.id !== resolve.root && linked.has(idOf(found)))
    .map(({ id, name, version, license, license_file, repository, manifest_path }) => ({
      name,
      version,
      license: (license ?? "").replaceAll("/", " OR "),
      licenseFile: license_file,
      repository,
      folder: dirname(manifest_path),
      sha256: checksums.get(`${name}@${version}`),
      direct: direct.has(ids.get(id)),
      dependencies: used.get(id).filter((other) => linked.has(other)),
    }))
    .sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
}

// `cargo tree` resolves features per target; `cargo metadata` lists the crates of every feature.
function namesOfLinked(manifest, triple) {
  const args = ["--edges", "normal,no-proc-macro", "--target", triple, "--prefix", "none", "--format", "{p}"];
  const lines = cargo("tree", manifest, args).split("\n").filter(Boolean);
  return new Set(lines.map((line) => line.split(" ")).map(([name, version]) => `${name}@${version.slice(1)}`));
}

function checksumsIn(lock) {
  const entry = /^name = "(.+)"\nversion = "(.+)"\nsource = .+\nchecksum = "(.+)"$/gm;
  return new Map(
    [...readFileSync(lock, "utf8").matchAll(entry)].map(([, name, version, sum]) => [`${name}@${version}`, sum]),
  );
}

function cargo(command, manifest, args) {
  const all = [command, "--locked", "--quiet", "--manifest-path", manifest, ...args];
  return execFileSync("cargo", all, { encoding: "utf8", maxBuffer: 2 ** 28, stdio: ["ignore", "pipe", "inherit"] });
}
