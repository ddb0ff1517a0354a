// Runs every check other than tests. All of them run even if one fails; the script then fails at the end.
// The direction of imports is checked by a test: tests/architecture/imports.rs.

import { build } from "../harness/build.mjs";
import { fail, hostTriple, outputOf, root, step, succeeds } from "../harness/steps.mjs";
import { writeBinding } from "./binding.mjs";
import { packageIsWellFormed } from "./package-checks.mjs";
import { typesAreCurrent } from "./types.mjs";
import { workflowsAreValid } from "./workflows/lint.mjs";

const CLIPPY = ["clippy", "--profile", "quick", "--all-targets", "--target", hostTriple()];
const DENY_WARNINGS = ["--", "-D", "warnings"];

const node = (file, ...args) => succeeds(process.execPath, [`${root}node_modules/${file}`, ...args]);
const tsc = (project) => node("typescript/bin/tsc", "--noEmit", "--project", project);

const CHECKS = {
  "Biome: format and lint of JavaScript and TypeScript": () =>
    node("@biomejs/biome/bin/biome", "ci", "--error-on-warnings"),
  "TypeScript: tsconfig.json": () => tsc("tsconfig.json"),
  "TypeScript: the Medusa example": () => tsc("examples/medusa/tsconfig.json"),
  "TypeScript: the plugin, its widgets": () => tsc("plugin/tsconfig.admin.json"),
  "TypeScript: the plugin's routes and workflows": () => tsc("plugin/tsconfig.json"),
  "TypeScript: index.d.ts, without skipLibCheck": () => tsc("tsconfig.types.json"),
  "index.d.ts matches module/": typesAreCurrent,
  "binding/ and module/generated/ match the addon": generatedIsCommitted,
  "The package as packed: publint, Are The Types Wrong": packageIsWellFormed,
  "Licenses of all crates have their texts": () => succeeds(process.execPath, ["scripts/notices.mjs"]),
  "README.md and docs/benchmarks.md show the figures of benchmarks/results": () =>
    succeeds(process.execPath, ["benchmarks/check-figures.mjs"]),
  "cspell: README.md, COMPAT.md, CHANGELOG.md and the other documents": () =>
    node("cspell/bin.mjs", "lint", "--no-progress", "--show-suggestions"),
  "actionlint: .github/workflows": workflowsAreValid,
  rustfmt: () => succeeds("cargo", ["fmt", "--check"]),
  "clippy, feature node": () => succeeds("cargo", [...CLIPPY, ...DENY_WARNINGS]),
  "clippy, without features": () => succeeds("cargo", [...CLIPPY, "--no-default-features", ...DENY_WARNINGS]),
  "cargo deny": denyCrates,
};

await build();
const failed = [];
for (const [name, check] of Object.entries(CHECKS)) {
  if (!(await step(name, check))) failed.push(name);
}
if (failed.length > 0) fail(`failed: ${failed.join("; ")}`);
console.log("\n✓ all checks passed");

// The build above has just generated module/generated/.
async function generatedIsCommitted() {
  await writeBinding();
  const files = ["binding/index.js", "binding/index.d.ts", "module/generated/columns.ts"];
  const tracked = await succeeds("git", ["ls-files", "--error-unmatch", ...files]);
  return tracked && succeeds("git", ["diff", "--exit-code", "--", ...files]);
}

function denyCrates() {
  if (outputOf("cargo", ["deny", "--version"]) === null) {
    console.log('  skipped: not installed; run "cargo install cargo-deny --locked"');
    return true;
  }
  return succeeds("cargo", ["deny", "check", "bans", "licenses", "sources"]);
}
