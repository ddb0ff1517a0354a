// COMPAT.md names tests that exist.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "../..");

/** Each file that a row names, with the titles that follow it there. */
function references(markdown: string): [file: string, title: string][] {
  const named = /`(?<file>[\w/.-]+\.(?:test\.ts|rs))` (?<titles>“[^”]+”(?:, “[^”]+”)*)/g;
  return [...markdown.matchAll(named)].flatMap(({ groups: { file = "", titles = "" } = {} }) =>
    [...titles.matchAll(/“([^”]+)”/g)].map(([, title = ""]): [string, string] => [file, title]),
  );
}

const REFERENCES = references(readFileSync(join(ROOT, "COMPAT.md"), "utf8"));

describe("COMPAT.md", () => {
  it("names tests for its rows", () => {
    expect(REFERENCES.length).toBeGreaterThan(50);
  });

  it.each(REFERENCES)("names a test of %s: %s", (file, title) => {
    const path = join(ROOT, file.startsWith("src/") ? file : `__test__/${file}`);

    expect(existsSync(path) && readFileSync(path, "utf8")).toContain(title);
  });
});
