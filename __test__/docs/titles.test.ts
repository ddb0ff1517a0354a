// Titles of tests are unique and plain. `titles-reporter.js` checks the titles of each run, including those of `it.each`. This suite
// checks the literal titles of all files, also when only some files run.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { complaintsAbout } from "../support/titles.js";
import TitlesReporter from "../support/titles-reporter.js";

const TESTS = join(__dirname, "..");

/** The implementations that each function declares its suite for, as they begin the title. */
const PREFIXES: Record<string, string[]> = {
  describeEverywhere: ["[stock] ", "[sqlite] ", "[postgres] "],
  describeOurs: ["[sqlite] ", "[postgres] "],
  describeOnEachDatabase: ["[sqlite] ", "[postgres] "],
  describeStock: ["[stock] "],
};

/** The identifier at the start of a callee such as `it.each(rows)`. */
function nameOf(callee: ts.Expression): string {
  if (ts.isIdentifier(callee)) return callee.text;
  if (ts.isCallExpression(callee) || ts.isPropertyAccessExpression(callee)) return nameOf(callee.expression);
  return ts.isTaggedTemplateExpression(callee) ? nameOf(callee.tag) : "";
}

/** The full titles in a file whose parts are all literals without placeholders. */
function titlesIn(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022);
  const titles: string[] = [];
  const visit = (node: ts.Node, outer: string[]): void => {
    let inside = outer;
    if (ts.isCallExpression(node) && node.arguments.length > 1) {
      const name = nameOf(node.expression);
      const [title] = node.arguments;
      if (/^describe|^it$/.test(name)) {
        const text = title && ts.isStringLiteralLike(title) ? title.text : "%s";
        inside = outer.flatMap((start) => (PREFIXES[name] ?? [""]).map((prefix) => `${start}${prefix}${text} `));
        if (name === "it") titles.push(...inside.map((full) => full.trim()));
      }
    }
    ts.forEachChild(node, (child) => visit(child, inside));
  };
  visit(source, [""]);
  return titles.filter((title) => !/[%$]/.test(title));
}

describe("The titles of tests", () => {
  it("are unique over all files and use no excluded words", () => {
    const files = readdirSync(TESTS, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".test.ts"));
    const titles = files.flatMap((path) => titlesIn(join(TESTS, path)));

    expect(titles.length).toBeGreaterThan(500);
    expect(complaintsAbout(titles)).toEqual([]);
  });

  it.each<[string, string[], string[]]>([
    ["a duplicate", ["A key ends", "A key ends"], ["2 tests have the title: A key ends"]],
    ["an excluded word", ["A key of nobody"], ['a title uses "nobody": A key of nobody']],
    ["nothing else", ["A key ends", "[stock] A key ends"], []],
  ])("make a run fail for %s", (_, titles, expected) => {
    const reporter = new TitlesReporter();
    const printed = jest.spyOn(console, "error").mockReturnValue();
    const testResults = titles.map((fullName) => ({ testResults: [{ fullName }] }));
    reporter.onRunComplete(undefined, { testResults });

    expect(printed.mock.calls.map(([line]) => line)).toEqual(expected.map((complaint) => `✗ ${complaint}`));
    expect(reporter.getLastError()?.message).toBe(
      expected.length > 0 ? `${expected.length} titles break the rules` : undefined,
    );
    printed.mockRestore();
  });
});
