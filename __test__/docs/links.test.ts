// `npm run docs` finds dead links and dead anchors.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deadLinks } from "../../harness/documents/links.js";

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
