// Moves the version, whose place is package.json: the files that repeat it are rewritten, CHANGELOG.md gets a heading for it, and git a
// commit and a tag.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fail, outputOf, root, run } from "../../harness/steps.mjs";

const UNRELEASED = "## [Unreleased]\n";

export const currentVersion = () => JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;

/** Sets the version, commits and tags it. `date` is the day of the release, as in 2026-01-31. */
export async function moveVersion(version, date) {
  if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) fail(`--version takes a version such as 1.2.3, not ${version}.`);
  if (outputOf("git", ["status", "--porcelain"]) !== "")
    fail("There are uncommitted changes; commit or stash them first.");
  if (outputOf("git", ["tag", "--list", `v${version}`]) !== "") fail(`The tag v${version} exists already.`);
  const from = currentVersion();
  const changed = {
    "package.json": withVersion(from, version, 1),
    "package-lock.json": withVersion(from, version, 2),
    "binding/index.js": (text) =>
      text.replaceAll(`'${from}'`, `'${version}'`).replaceAll(`expected ${from} `, `expected ${version} `),
    "CHANGELOG.md": (text) => withRelease(text, version, date),
    "examples/express/package.json": withRange(from, version),
    "examples/medusa/package.json": withRange(from, version),
  };
  const texts = Object.entries(changed).map(([file, change]) => [file, change(readFileSync(join(root, file), "utf8"))]);
  for (const [file, text] of texts) writeFileSync(join(root, file), text);
  await run("git", ["add", ...Object.keys(changed)]);
  await run("git", ["commit", "--quiet", "--allow-empty", "--message", `release: ${version}`]);
  await run("git", ["tag", "--annotate", "--message", version, `v${version}`]);
}

/** Replaces the first occurrences of a JSON member `version`, which are the package's own. */
function withVersion(from, to, times) {
  return (text) => {
    let replaced = text;
    for (let count = 0; count < times; count++) {
      replaced = replaced.replace(`"version": "${from}"`, `"version": "${to}"`);
    }
    return replaced;
  };
}

/** Replaces the range of the package in an example. */
const withRange = (from, to) => (text) =>
  text.replace(`"medusa-api-key-native": "^${from}"`, `"medusa-api-key-native": "^${to}"`);

/** Puts what is unreleased under the heading of a version, and leaves an empty section above it. */
function withRelease(text, version, date) {
  const [, unreleased = ""] = text.split(UNRELEASED);
  const lines = unreleased.split(/\n## \[/)[0].trim();
  if (lines === "") fail("CHANGELOG.md lists nothing under Unreleased.");
  return text.replace(UNRELEASED, `${UNRELEASED}\n## [${version}] - ${date}\n`);
}
