// Renders the software bills of materials of the packages as CycloneDX.

import { Enums, Models, Serialize, Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { PackageURL } from "packageurl-js";
import { idOf } from "./crates.mjs";

const { Library } = Enums.ComponentType;

/**
 * Returns the JSON text of a valid bill for the root package `{ name, version, license }`, which contains no other software: npm installs
 * these packages with it, of which one of `platforms`, the names of its optional dependencies, has the addon and a bill of its own.
 */
export async function billOfRoot(subject, packages, platforms) {
  const root = component(subject, "npm");
  const components = new Map(packages.map((installed) => [idOf(installed), component(installed, "npm")]));
  connect(root, packages, components);
  const addons = platforms.map((name) => component({ ...subject, name }, "npm"));
  for (const addon of addons) {
    addon.scope = Enums.ComponentScope.Optional;
    root.dependencies.add(addon.bomRef);
  }
  return serialized(root, [...components.values(), ...addons]);
}

/**
 * Returns the JSON text of a valid bill for a package `{ name, version, license }` that contains these crates, and SQLite of the given
 * version. Equal contents give an equal text: it has no time and no serial number.
 */
export async function bill(subject, crates, sqlite) {
  const root = component(subject, "npm");
  const components = new Map(crates.map((crate) => [idOf(crate), component(crate, "cargo")]));
  connect(root, crates, components);
  const bundled = component({ name: "sqlite", version: sqlite, license: "blessing" }, "generic");
  components.get(idOf(crates.find(({ name }) => name === "libsqlite3-sys"))).dependencies.add(bundled.bomRef);
  return serialized(root, [...components.values(), bundled]);
}

/** Adds the dependencies of a root and of what it uses, as `crates.mjs` and `npm-packages.mjs` return it. */
function connect(root, used, components) {
  for (const found of used) {
    const { bomRef, dependencies } = components.get(idOf(found));
    for (const id of found.dependencies) dependencies.add(components.get(id).bomRef);
    if (found.direct) root.dependencies.add(bomRef);
  }
}

function component({ name, version, license, sha256, sha512, repository }, type) {
  const [scope, local] = name.includes("/") ? name.split("/") : [null, name];
  const made = new Models.Component(Library, local, {
    group: scope ?? undefined,
    version,
    bomRef: `${type}:${name}@${version}`,
    purl: new PackageURL(type, scope, local, version).toString(),
    licenses: new Models.LicenseRepository([new Models.LicenseExpression(license)]),
  });
  if (sha256 !== undefined) made.hashes.set(Enums.HashAlgorithm["SHA-256"], sha256);
  if (sha512 !== undefined) made.hashes.set(Enums.HashAlgorithm["SHA-512"], sha512);
  if (repository)
    made.externalReferences.add(new Models.ExternalReference(repository, Enums.ExternalReferenceType.VCS));
  return made;
}

async function serialized(root, components) {
  const bom = new Models.Bom({
    metadata: new Models.Metadata({ component: root }),
    components: new Models.ComponentRepository(components),
  });
  const text = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6)).serialize(bom, {
    sortLists: true,
    space: 2,
  });
  const problems = await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text);
  if (problems !== null) throw new Error(`the bill of materials is invalid: ${JSON.stringify(problems)}`);
  return `${text}\n`;
}
