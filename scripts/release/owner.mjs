// What only the owner of the package knows. `npm run release` publishes nothing without it.

import { readFileSync } from "node:fs";
import { root } from "../../harness/steps.mjs";

const FIELDS = ["author", "repository", "homepage", "bugs"];

/** The fields of package.json that the owner has not filled in yet. */
export function missingOwnerFields() {
  const manifest = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
  return FIELDS.filter((field) => !manifest[field]);
}
