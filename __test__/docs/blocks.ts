// The documents for users, and folders in which a reader would run their code.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Block, blocksOf } from "../../harness/documents/blocks.js";

export { alike, type Block, blocksOf } from "../../harness/documents/blocks.js";

export const ROOT = join(__dirname, "../..");

/** A document, by its path from the root. */
export interface Page {
  path: string;
  markdown: string;
  blocks: Block[];
}

/** README.md and every page in docs/, except what `npm run docs` generates. */
export const PAGES: Page[] = [
  "README.md",
  ...readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md") && !/^(api|node_modules|\.vitepress)\b/.test(path))
    .map((path) => `docs/${path}`)
    .sort(),
].map((path) => {
  const markdown = readFileSync(join(ROOT, path), "utf8");
  return { path, markdown, blocks: blocksOf(markdown) };
});

/** The blocks of a page with this verb in the comment before them. */
export function blocksFor({ blocks }: Page, verb: string): Block[] {
  return blocks.filter(({ purpose }) => purpose[0] === verb);
}

/** The lines of a block that a file does not have in this order. Here the package is the folder that the file lies in. */
export function missingLines(block: string, file: string): string[] {
  const linesOf = (code: string) =>
    code
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
  const rest = linesOf(file.replace('require.resolve("../..")', '"medusa-api-key-native"'));
  return linesOf(block).filter((line) => {
    const place = rest.indexOf(line);
    rest.splice(0, place + 1);
    return place === -1;
  });
}

/** Makes a folder of a reader who has installed this package and others. */
export function readersFolder(...packages: string[]): string {
  const directory = mkdtempSync(join(tmpdir(), "medusa-api-key-native-reader-"));
  for (const name of ["medusa-api-key-native", ...packages]) {
    const link = join(directory, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(name === "medusa-api-key-native" ? ROOT : join(ROOT, "node_modules", name), link, "junction");
  }
  return directory;
}

/** Writes the files that a page asks its reader to write. */
export function writeFiles(page: Page, directory: string): void {
  for (const { purpose, text } of blocksFor(page, "file")) {
    const file = join(directory, purpose[1] ?? "");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
