// The language of the documents for users and contributors.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PAGES, ROOT } from "./blocks";
import { sentences } from "./sentences";

const LONGEST_SENTENCE = 40;

const GENERATED = "docs/compat/tests.md";
const OTHERS = ["COMPAT.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"];
const DOCUMENTS = [
  ...PAGES.filter(({ path }) => path !== GENERATED),
  ...OTHERS.map((path) => ({ path, markdown: readFileSync(join(ROOT, path), "utf8") })),
];

/** Words that read as a dialect, British spellings, and words that make a statement vague. */
const EXCLUDED = new RegExp(
  `\\b(?:${[
    ...[
      "whoever",
      "whom",
      "nobody",
      "nought",
      "anew",
      "save where",
      "of its own accord",
      "is told",
      "are told",
      "hears",
    ],
    ...["heard", "wishes", "behaviours?", "colours?", "licences?", "serialis\\w+"],
    ...[
      "very",
      "huge",
      "quite",
      "simply",
      "easily",
      "obviously",
      "basically",
      "in order to",
      "utiliz\\w+",
      "tremendous\\w*",
    ],
  ].join("|")})\\b`,
  "gi",
);
const REPEATED = /\b(?!code\b)([a-z]{2,}) \1\b/gi;

const wordsOf = (sentence: string) => sentence.split(" ").length;

describe("The language of the documents", () => {
  it.each(DOCUMENTS)("has no excluded and no repeated words in $path", ({ markdown }) => {
    const prose = markdown.replace(/^ *```.*?^ *```$/gms, "");

    expect(prose.match(EXCLUDED) ?? []).toEqual([]);
    expect(sentences(markdown).flatMap((sentence) => sentence.match(REPEATED) ?? [])).toEqual([]);
  });

  it.each(DOCUMENTS)(`has no sentence of more than ${LONGEST_SENTENCE} words in $path`, ({ markdown }) => {
    const found = sentences(markdown);

    expect(found.length).toBeGreaterThan(1);
    expect(found.filter((sentence) => wordsOf(sentence) > LONGEST_SENTENCE)).toEqual([]);
  });

  it("has a dictionary that is sorted and has only words that occur", () => {
    const words = readFileSync(join(ROOT, "docs/words.txt"), "utf8").trimEnd().split("\n");
    const text = DOCUMENTS.map(({ markdown }) => markdown)
      .join("\n")
      .toLowerCase();

    expect([...words].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))).toEqual(words);
    expect(words.filter((word) => !text.includes(word.toLowerCase()))).toEqual([]);
  });
});

describe("The sentences of a document", () => {
  it("are those of paragraphs, list items and cells, with code as one word and without blocks of code", () => {
    const markdown = [
      "# A heading",
      "One [link](a.md). Two\nlines, `some code here`.",
      "- an item (in brackets.) Another one\n- the last",
      "| a cell | another |\n|---|---|",
      "<!-- runs -->\n```js\ncode. More code.\n```",
    ].join("\n\n");

    expect(sentences(markdown).filter((sentence) => !/^-+$/.test(sentence))).toEqual([
      "One link.",
      "Two lines, code.",
      "- an item (in brackets.)",
      "Another one",
      "the last",
      "a cell",
      "another",
    ]);
  });
});

describe("README.md", () => {
  it("has at most 150 lines", () => {
    expect(readFileSync(join(ROOT, "README.md"), "utf8").trimEnd().split("\n").length).toBeLessThanOrEqual(150);
  });
});
