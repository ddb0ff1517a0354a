// Links between documents lead somewhere in the repository as well as on the site, where `npm run docs` checks them.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deadLinks, missingFiles } from "../../harness/documents/links.js";
import { ROOT } from "./blocks";

/** What git tracks, or would add. What a command generates and git ignores is not there for a reader of the repository. */
const FILES = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: ROOT,
  encoding: "utf8",
})
  .trim()
  .split("\n");
const DOCUMENTS = FILES.filter((path) => path.endsWith(".md") && !/^(?:npm|__test__)\//.test(path));

describe("The documents of the repository", () => {
  it.each(DOCUMENTS)("link only to files of the repository: %s", (path) => {
    expect(missingFiles(path, readFileSync(join(ROOT, path), "utf8"), FILES)).toEqual([]);
  });
});

describe("The check of links in the repository", () => {
  it("finds a link to a file that does not exist or is generated, and no other", () => {
    const markdown = [
      "[here](b.md), [a section](b.md#x), [up](../README.md), [a folder](../examples/hono/), [this page](#x)",
      "[generated](api/index.md), ![a picture](images/none.svg), [away](https://example.com/c.md)",
      "`[code](none.md)`",
      "```md\n[code](none.md)\n```\n",
    ].join("\n");

    expect(missingFiles("docs/a.md", markdown, ["docs/b.md", "README.md", "examples/hono/server.js"])).toEqual([
      "docs/api/index.md",
      "docs/images/none.svg",
    ]);
  });
});

describe("The check of the site's links", () => {
  it("finds links to pages and to anchors that do not exist, and no others", () => {
    const folder = mkdtempSync(join(tmpdir(), "medusa-api-key-native-site-"));
    mkdirSync(join(folder, "guides"));
    const page = (...links: string[]) =>
      `<nav><a href="/none.html">x</a></nav><main><h2 id="here">Here</h2>${links.map((to) => `<a class="a" href="${to}">x</a>`).join("")}</main>`;
    writeFileSync(
      join(folder, "index.html"),
      page("#here", "#gone", "./guides/", "./guides/index.html#here", "https://example.com"),
    );
    writeFileSync(
      join(folder, "guides/index.html"),
      page("../", "/index.html#here", "./missing.html", "../index.html#gone"),
    );
    const { dead, count } = deadLinks(folder);
    rmSync(folder, { recursive: true, force: true });

    expect(count).toBe(8);
    expect(dead.sort()).toEqual([
      "guides/index.html: ../index.html#gone (no such anchor)",
      "guides/index.html: ./missing.html (no such page)",
      "index.html: #gone (no such anchor)",
    ]);
  });
});
