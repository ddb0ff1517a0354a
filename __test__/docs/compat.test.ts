// COMPAT.md names tests that exist, for every row.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "../..");
const MARKDOWN = readFileSync(join(ROOT, "COMPAT.md"), "utf8");

/** The rows of the tables, by their numbers. */
const ROWS = MARKDOWN.split("\n").flatMap((line): [name: string, row: string][] => {
  const [, name] = /^\| ([SMAD]\d+) \|/.exec(line) ?? [];
  return name ? [[name, line]] : [];
});

/** Each file that a row names, with the titles that follow it there. */
function references(markdown: string): [file: string, title: string][] {
  const named = /`(?<file>[\w/.-]+\.(?:test\.ts|rs))` (?<titles>“[^”]+”(?:, “[^”]+”)*)/g;
  return [...markdown.matchAll(named)].flatMap(({ groups: { file = "", titles = "" } = {} }) =>
    [...titles.matchAll(/“([^”]+)”/g)].map(([, title = ""]): [string, string] => [file, title]),
  );
}

/** Whether a file declares a test of that title. */
function declares(source: string, file: string, title: string): boolean {
  if (file.endsWith(".rs")) return source.includes(`fn ${title}(`);
  return ['"', "'", "`"].some((quote) => source.includes(`${quote}${title}${quote}`));
}

describe("COMPAT.md", () => {
  it.each(["S", "M", "A", "D"])("numbers the rows of table %s without gaps", (letter) => {
    const numbers = ROWS.map(([name]) => name).filter((name) => name.startsWith(letter));

    expect(numbers.length).toBeGreaterThan(5);
    expect(numbers).toEqual(numbers.map((_, index) => `${letter}${index + 1}`));
    // A blank line would end the table.
    expect(MARKDOWN).toMatch(new RegExp(`\\n\\| ${letter}1 \\|(.+\\n\\| ${letter}\\d+ \\|){${numbers.length - 1}}`));
  });

  it.each(ROWS)("names a test for row %s", (_, row) => {
    expect(references(row).length).toBeGreaterThan(0);
    expect(row).not.toMatch(/\bno test\b/);
  });

  // What D rows say is about databases, of which stock has one.
  it.each(ROWS.filter(([name]) => !name.startsWith("D")))("names a stock test for row %s", (_, row) => {
    const ofBoth = ["medusa/server.test.ts", "filters/linked-modules.test.ts"];
    const ofStock = (file: string) => /^(?!differential)[^/]+\/stock\.test\.ts$/.test(file) || ofBoth.includes(file);

    expect(references(row).some(([file]) => ofStock(file))).toBe(true);
  });

  it.each([...new Map(references(MARKDOWN).map((named) => [named.join(), named])).values()])(
    "references an existing test in %s: %s",
    (file, title) => {
      const path = join(ROOT, file.startsWith("src/") ? file : `__test__/${file}`);

      expect(existsSync(path)).toBe(true);
      expect(declares(readFileSync(path, "utf8"), file, title)).toBe(true);
    },
  );
});
