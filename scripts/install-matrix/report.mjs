// Writes the results of a whole run into docs/installation.md.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { outputOf, root } from "../../harness/steps.mjs";

const PAGE = join(root, "docs", "installation.md");
const BEGIN = "<!-- written by npm run install-matrix -->\n";
const END = "<!-- end -->";

/** What the rows of a group return, if it is no version. */
const SECOND = { Failures: "error", "Other platforms": "package" };

/** Replaces the tables of the page. */
export function writeMatrix(results) {
  const page = readFileSync(PAGE, "utf8");
  const [before, rest] = page.split(BEGIN);
  const after = rest?.slice(rest.indexOf(END));
  if (after === undefined) throw new Error("docs/installation.md has no place for the matrix");
  writeFileSync(PAGE, `${before}${BEGIN}\n${tables(results)}\n${after}`);
}

function tables(results) {
  const commit = outputOf("git", ["rev-parse", "--short", "HEAD"]).trim();
  const day = new Date().toISOString().slice(0, 10);
  const passed = results.filter(({ error }) => error === undefined).length;
  const groups = [...new Set(results.map(({ group }) => group))];
  return [
    `Last run: ${day}, commit ${commit}, Linux x64: ${passed} of ${results.length} passed.`,
    ...groups.map((group) =>
      table(
        group,
        results.filter((result) => result.group === group),
      ),
    ),
  ].join("\n\n");
}

function table(group, rows) {
  const second = Object.entries(SECOND).find(([start]) => group.startsWith(start))?.[1] ?? "version";
  const lines = rows.map(({ name, detail, error }) => {
    const cells = [name, detail ?? "–", error === undefined ? "passed" : "**failed**"];
    return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  });
  return [`| ${group} | ${second} | result |`, "|---|---|---|", ...lines].join("\n");
}
