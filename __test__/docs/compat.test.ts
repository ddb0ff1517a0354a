// COMPAT.md and docs/compat/: each difference from stock has one number, three parts, and tests whose titles hold the number.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import {
  anchor,
  type Difference,
  differencePages,
  differences,
  differencesOn,
  LETTERS,
} from "../../harness/compat/differences.js";
import { indexPage, withNumbers } from "../../harness/compat/index-page.js";
import { numberedTests } from "../../harness/compat/numbered-tests.js";

const ROOT = join(__dirname, "../..");
const LONGEST_LINE = 120;

const DIFFERENCES = differences().map((difference): [string, Difference] => [difference.number, difference]);
const TESTS = numberedTests();
const PAGES = ["COMPAT.md", ...readdirSync(join(ROOT, "docs/compat")).map((name) => `docs/compat/${name}`)];

const read = (page: string) => readFileSync(join(ROOT, page), "utf8");

/** The anchors of a page. */
function anchors(page: string): string[] {
  const headings = [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\w -]/g, "")
      .replaceAll(" ", "-"),
  );
}

describe("The differences in docs/compat/", () => {
  it.each(LETTERS)("have each number of the letter %s once, without gaps", (letter) => {
    const numbers = DIFFERENCES.map(([number]) => number).filter((number) => number.startsWith(letter));

    expect(numbers.length).toBeGreaterThan(5);
    expect(numbers).toEqual(numbers.map((_, index) => `${letter}${index + 1}`));
  });

  it("use no other letter", () => {
    expect(DIFFERENCES.filter(([number]) => !LETTERS.includes(number.charAt(0)))).toEqual([]);
  });

  it.each(DIFFERENCES)("say what stock does, what this package does, and why: %s", (_, { text }) => {
    const [lead = "", ...parts] = text.split(/^- \*\*/m);

    expect(parts.map((part) => part.slice(0, part.indexOf(":**")))).toEqual(["Stock", "Here", "Why"]);
    expect(lead).not.toMatch(/^\s*[-*|]/m);
    expect(parts.filter((part) => (/:\*\*\s+(.*)$/s.exec(part)?.[1]?.trim() ?? "") === "")).toEqual([]);
  });

  it.each(DIFFERENCES)("have a title of which every site makes the same anchor: %s", (_, difference) => {
    expect(difference.title).toMatch(/^[A-Z][\w -]+\w$/);
    expect(anchors(`docs/compat/${difference.page}`)).toContain(anchor(difference));
  });

  it.each(DIFFERENCES)("are pinned by a test: %s", (number) => {
    expect(TESTS.filter(({ numbers }) => numbers.includes(number))).not.toEqual([]);
  });

  // A difference with the letter D concerns databases, of which stock has one.
  it.each(DIFFERENCES.filter(([number]) => !number.startsWith("D")))("are pinned by a test of stock: %s", (number) => {
    const ofBoth = ["filters/linked-modules.test.ts"];
    const files = TESTS.filter(({ numbers }) => numbers.includes(number)).map(({ file }) => file);

    expect(files.filter((file) => /^[^/]+\/stock\.test\.ts$/.test(file) || ofBoth.includes(file))).not.toEqual([]);
  });

  it("include every number in the title of a test", () => {
    const known = new Set(DIFFERENCES.map(([number]) => number));

    expect(TESTS.length).toBeGreaterThan(300);
    expect(TESTS.filter(({ numbers }) => numbers.some((number) => !known.has(number)))).toEqual([]);
  });
});

describe("COMPAT.md and docs/compat/", () => {
  it('have an index of tests and a table that are current; else run "npm run compat-index"', () => {
    expect(read("docs/compat/tests.md")).toBe(indexPage());
    expect(read("COMPAT.md")).toBe(withNumbers(read("COMPAT.md")));
  });

  it("link each page of differences once from the table", () => {
    const linked = [...read("COMPAT.md").matchAll(/^\| \[[^\]]+\]\(docs\/compat\/([\w-]+\.md)\)/gm)];

    expect(linked.map(([, page]) => page).sort()).toEqual(differencePages());
    expect(differencePages().filter((page) => differencesOn(page).length === 0)).toEqual([]);
  });

  it.each(PAGES)("link only to pages and headings that exist: %s", (page) => {
    const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
    const broken = links.filter((link) => {
      const [path = "", heading] = link.split("#");
      const target = path === "" ? page : relative(ROOT, join(ROOT, dirname(page), path));
      if (!existsSync(join(ROOT, target))) return true;
      return heading !== undefined && !anchors(target).includes(heading);
    });

    expect(broken).toEqual([]);
  });

  it.each(PAGES.filter((page) => !page.endsWith("/tests.md")))("have short lines: %s", (page) => {
    const lines = read(page).split("\n");

    expect(lines.filter((line) => line.length > LONGEST_LINE)).toEqual([]);
  });
});
