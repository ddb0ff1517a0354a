// The blocks of code in a document, and folders in which a reader would run them.

import { mkdirSync, mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface Block {
  /** The nearest heading above. */
  heading: string;
  /** The comment before it, in words. */
  purpose: string[];
  language: string;
  text: string;
}

const ROOT = join(__dirname, "../..");

/** All blocks of a document, in order. */
export function blocksOf(markdown: string): Block[] {
  let heading = "";
  const part = /^#+ (?<title>[^\n]+)$|(?:^<!-- (?<purpose>[^\n]+) -->\n)?^```(?<language>\w+)\n(?<text>.*?)^```$/gms;
  return [...markdown.matchAll(part)].flatMap(({ groups = {} }) => {
    heading = groups.title ?? heading;
    const { purpose = "", language, text = "" } = groups;
    return language === undefined ? [] : [{ heading, purpose: purpose.split(" "), language, text }];
  });
}

/** Text with what differs between two runs – tokens, ids and times – replaced by what it is. */
export function alike(text: string): string {
  return text
    .replace(/\b([sp]k)_[0-9a-f]{64}\b/g, "$1_…")
    .replace(/\b([sp]k)_[0-9a-f]{3}\*{3}[0-9a-f]{3}\b/g, "$1_…***…")
    .replace(/\bapk_[0-9A-HJKMNP-TV-Z]{26}\b/g, "apk_…")
    .replace(/\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z/g, "<time>")
    .trim();
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
