// docs/installation.md: the platforms, and the tables that `npm run install-matrix` writes.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "../..");
const PAGE = readFileSync(join(ROOT, "docs/installation.md"), "utf8");
const [BEFORE = "", MATRIX = ""] = PAGE.split("<!-- written by npm run install-matrix -->");

describe("docs/installation.md", () => {
  it("has a row for each platform package", () => {
    const [table = ""] = /\| platform \| needs \|.*?\n\n/s.exec(BEFORE) ?? [];
    const platforms = [...table.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name);
    expect(platforms.sort()).toEqual(readdirSync(join(ROOT, "npm")).sort());
  });

  it("names each workflow and page that it links to", () => {
    const links = [...PAGE.matchAll(/\]\(([^)#]+)/g)].map(([, path = ""]) => join(ROOT, "docs", path));
    expect(links.length).toBeGreaterThan(1);
    for (const link of links) expect(readFileSync(link, "utf8")).not.toBe("");
  });

  it("shows an installation matrix of which every row passed", () => {
    const rows = MATRIX.split("\n").filter((line) => / \| (passed|\*\*failed\*\*) \|$/.test(line));
    const [, passed, all] = /: (\d+) of (\d+) passed\./.exec(MATRIX) ?? [];
    expect(rows.filter((row) => !row.endsWith("| passed |"))).toEqual([]);
    expect([Number(passed), Number(all)]).toEqual([rows.length, rows.length]);
    expect(rows.length).toBeGreaterThan(30);
  });
});
