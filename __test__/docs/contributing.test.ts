// CONTRIBUTING.md lists every folder of tests.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "../..");

describe("CONTRIBUTING.md", () => {
  it("lists each folder of __test__/ once", () => {
    const [, table = ""] =
      /\| folder in `__test__\/` \|.*\n\|[-|]+\n((?:\|.*\n)+)/.exec(
        readFileSync(join(ROOT, "CONTRIBUTING.md"), "utf8"),
      ) ?? [];
    const listed = table.split("\n").flatMap((row) => row.split("|")[1]?.match(/[\w-]+(?=\/`)/g) ?? []);
    const folders = readdirSync(join(ROOT, "__test__"), { withFileTypes: true }).filter((entry) => entry.isDirectory());

    expect(listed.sort()).toEqual(folders.map(({ name }) => name).sort());
  });
});
