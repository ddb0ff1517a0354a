// Writes figures into README.md and docs/benchmarks.md, between two comments, from the committed results only.

import { readFileSync, writeFileSync } from "node:fs";
import { benchmarksMarkdown } from "./benchmarks-page.mjs";
import { readmeMarkdown } from "./readme.mjs";
import { latestResults, medusaHttpResults } from "./results.mjs";

const BETWEEN = /(?<=<!-- figures of benchmarks\/results -->\n)[\s\S]*?(?=<!-- end of figures -->)/;
const DOCUMENTS = {
  "README.md": () => readmeMarkdown(latestResults(), medusaHttpResults()),
  "docs/benchmarks.md": () => benchmarksMarkdown(latestResults()),
};

const fileOf = (name) => new URL(`../../${name}`, import.meta.url);

/** Writes the figures of the latest runs into the documents. */
export function writeDocuments() {
  for (const name of Object.keys(DOCUMENTS)) writeFileSync(fileOf(name), withFigures(name));
}

/** Returns the names of the documents that do not show the figures of the latest runs. */
export function outdatedDocuments() {
  return Object.keys(DOCUMENTS).filter((name) => readFileSync(fileOf(name), "utf8") !== withFigures(name));
}

function withFigures(name) {
  const text = readFileSync(fileOf(name), "utf8");
  if (!BETWEEN.test(text)) throw new Error(`${name} lacks the comments around its figures.`);
  return text.replace(BETWEEN, () => `\n${DOCUMENTS[name]()}\n\n`);
}
