// Renders the software bill of materials of an addon as CycloneDX.

import { Enums, Models, Serialize, Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { PackageURL } from "packageurl-js";
import { idOf } from "./crates.mjs";

const { Library } = Enums.ComponentType;

/**
 * Returns the JSON text of a valid bill for a package `{ name, version, license }` that contains these crates, and SQLite of the given
 * version. Equal contents give an equal text: it has no time and no serial number.
 */
export async function bill(subject, crates, sqlite) {
  const root = component(subject, "npm");
  const components = new Map(crates.map((crate) => [idOf(crate), component(crate, "cargo")]));
  for (const crate of crates) {
    const { dependencies } = components.get(idOf(crate));
    for (const id of crate.dependencies) dependencies.add(components.get(id).bomRef);
  }
  const bundled = component({ name: "sqlite", version: sqlite, license: "blessing" }, "generic");
  components.get(idOf(crates.find(({ name }) => name === "libsqlite3-sys"))).dependencies.add(bundled.bomRef);
  for (const crate of crates.filter(({ direct }) => direct)) root.dependencies.add(components.get(idOf(crate)).bomRef);
  const bom = new Models.Bom({
    metadata: new Models.Metadata({ component: root }),
    components: new Models.ComponentRepository([...components.values(), bundled]),
  });
  return serialized(bom);
}

function component({ name, version, license, sha256, repository }, type) {
  const made = new Models.Component(Library, name, {
    version,
    bomRef: `${type}:${name}@${version}`,
    purl: new PackageURL(type, null, name, version).toString(),
    licenses: new Models.LicenseRepository([new Models.LicenseExpression(license)]),
  });
  if (sha256 !== undefined) made.hashes.set(Enums.HashAlgorithm["SHA-256"], sha256);
  if (repository)
    made.externalReferences.add(new Models.ExternalReference(repository, Enums.ExternalReferenceType.VCS));
  return made;
}

async function serialized(bom) {
  const text = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6)).serialize(bom, {
    sortLists: true,
    space: 2,
  });
  const problems = await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text);
  if (problems !== null) throw new Error(`the bill of materials is invalid: ${JSON.stringify(problems)}`);
  return `${text}\n`;
}
