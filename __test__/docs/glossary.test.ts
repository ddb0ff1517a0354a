// docs/glossary.md: a page explains a term of the project where it first uses it, or links it there.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PAGES, ROOT } from "./blocks";

/** The forms of each term that a new reader cannot know. The other terms of the glossary are plain words. */
const TERMS: Record<string, RegExp> = {
  Derivation: /\bderiv(?:ations?|es?|ed)\b/i,
  Digest: /\bdigests?\b/i,
  "Hash key": /\bhash keys?\b/i,
  Lease: /\bleased?\b/i,
  Proof: /\bproofs?\b/i,
  "Redacted form": /\bredacted\b/i,
  "Restricted key": /\brestricted\b/i,
  Roll: /\broll(?:s|ed|ing)?\b(?!.?back| it back| deployment)/i,
  "Sealed hash": /\bseal(?:s|ed)?\b/i,
  Standby: /\bstandbys?\b/i,
  Stock: /\bstock\b/i,
  Strict: /\bstrict\b(?! mode)/i,
};
/** For maintainers, generated, or the explanation itself. */
const EXEMPT = /^docs\/(?:adr\/|compat\/tests\.md$|glossary\.md$)/;
const READ = PAGES.filter(({ path }) => !EXEMPT.test(path));

/** The prose of a page, in which `⟦…⟧` encloses what is linked or emphasized: code, headings and image texts are left out. */
function prose(markdown: string): string {
  return markdown
    .replace(/^ *```.*?^ *```$/gms, "")
    .replace(/^#.*$/gm, "")
    .replace(/!\[[^\]]*\]\([^)]*\)/g, "")
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "⟦$1⟧")
    .replace(/`[^`]*`/g, "")
    .replace(/(?<!\*)\*(?!\*)([^*\n]+)\*(?!\*)/g, "⟦$1⟧");
}

/** The line of the first use of a term, if it is neither linked nor defined there. */
function unexplained(markdown: string, term: RegExp): string[] {
  const text = prose(markdown);
  const first = term.exec(text);
  if (first === null) return [];
  const before = text.slice(0, first.index);
  if (before.lastIndexOf("⟦") > before.lastIndexOf("⟧")) return [];
  return [`${before.split("\n").at(-1)}${text.slice(first.index).split("\n")[0]}`];
}

describe("The glossary", () => {
  it.each(Object.keys(TERMS))("has the term %s, in alphabetical order", (term) => {
    const page = readFileSync(join(ROOT, "docs/glossary.md"), "utf8");
    const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);

    expect(headings).toContain(term);
    expect([...headings].sort()).toEqual(headings);
  });

  it.each(Object.entries(TERMS))("has a term that a page uses: %s", (_, term) => {
    expect(READ.some(({ markdown }) => term.test(prose(markdown)))).toBe(true);
  });

  it.each(READ)("is linked, or its term is defined, at the first use in $path", ({ markdown }) => {
    const lines = Object.entries(TERMS).flatMap(([name, term]) =>
      unexplained(markdown, term).map((line) => `${name}: ${line}`),
    );

    expect(lines).toEqual([]);
  });
});

describe("The check of unexplained terms", () => {
  it.each([
    ["finds a term", "A page.\n\nThe lease ends.", ["The lease ends."]],
    ["finds a term before its link", "A lease. See [lease](glossary.md#lease).", ["A lease. See ⟦lease⟧."]],
    ["accepts a link", "A [lease](glossary.md#lease) is held. The lease ends.", []],
    ["accepts a definition", "This permission is the *lease*. The lease ends.", []],
    ["ignores code and headings", "# Lease\n\n`lease`\n\n```js\nlease\n```\n", []],
  ])("%s", (_, markdown, lines) => {
    expect(unexplained(markdown, TERMS.Lease as RegExp)).toEqual(lines);
  });
});
