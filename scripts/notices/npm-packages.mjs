// The packages that npm installs with the root package: its dependencies, and theirs, in the versions of package-lock.json.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { idOf } from "./crates.mjs";

/**
 * @typedef {object} NpmPackage
 * @property {string} name
 * @property {string} version
 * @property {string} license its SPDX expression
 * @property {string} sha512 of the archive in the registry, in hexadecimal
 * @property {boolean} direct whether the root package itself names it
 * @property {string[]} dependencies the packages that it uses, as `name@version`
 */

const FOLDER = "node_modules/";

/**
 * Returns the packages that npm installs with the package in a folder, sorted by name.
 * @returns {NpmPackage[]}
 */
export function installedPackages(folder) {
  const { packages } = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8"));
  const found = new Map();
  for (const path of pathsOfDependencies(packages, "")) add(found, packages, path, true);
  return [...found.values()].sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
}

function add(found, packages, path, direct) {
  const known = found.get(path);
  if (known !== undefined) {
    known.direct ||= direct;
    return known;
  }
  const { version, license, integrity } = packages[path];
  if (license === undefined) throw new Error(`${path} declares no license`);
  const name = path.slice(path.lastIndexOf(FOLDER) + FOLDER.length);
  const sha512 = Buffer.from(integrity.replace(/^sha512-/, ""), "base64").toString("hex");
  const made = { name, version, license, sha512, direct, dependencies: [] };
  found.set(path, made);
  for (const used of pathsOfDependencies(packages, path))
    made.dependencies.push(idOf(add(found, packages, used, false)));
  return made;
}

function pathsOfDependencies(packages, path) {
  const { dependencies = {}, optionalDependencies = {} } = packages[path];
  return Object.keys({ ...dependencies, ...optionalDependencies }).map((name) => resolved(packages, path, name));
}

/** Returns the path of a package as Node.js resolves it from another: in the nearest node_modules. */
function resolved(packages, from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf(`/${FOLDER}`)))) {
    const path = `${folder === "" ? "" : `${folder}/`}${FOLDER}${name}`;
    if (path in packages) return path;
    if (folder === "") throw new Error(`package-lock.json has no ${name} for ${from || "the root"}`);
  }
}
