// docs/asvs.md: its numbers are unique, its states are the defined ones, and its evidence exists.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { PAGES, ROOT } from "./blocks";

const MARKDOWN = PAGES.find(({ path }) => path === "docs/asvs.md")?.markdown ?? "";
const ITEMS = [...MARKDOWN.matchAll(/^\| (\d+\.\d+\.\d+) \| ([123]) \| ([^|]+) \| ([^|]+) \| (.+) \|$/gm)].map(
  ([, number = "", level = "", requirement = "", state = "", evidence = ""]) => ({
    ...{ number, level, requirement, state, evidence },
  }),
);

describe("docs/asvs.md", () => {
  it("has each item once, in order", () => {
    const numbers = ITEMS.map(({ number }) => number);

    expect(numbers.length).toBeGreaterThan(50);
    expect([...new Set(numbers)].sort((a, b) => a.localeCompare(b, "en", { numeric: true }))).toEqual(numbers);
  });

  it("uses only the states that it defines", () => {
    const defined = [...MARKDOWN.matchAll(/^\| (met|option|partly|yours|not met) \| (?!\d)/gm)].map(
      ([, state]) => state,
    );

    expect(defined).toHaveLength(5);
    expect(ITEMS.filter(({ state }) => ![...defined, "not applicable"].includes(state))).toEqual([]);
  });

  it("names only tests that exist, and one for each item that is met in code", () => {
    const files = ITEMS.flatMap(({ evidence }) =>
      [...evidence.matchAll(/`([\w-]+\/[\w./-]*)`/g)].map(([, path = ""]) => path),
    );
    const missing = files.filter(
      (path) => !existsSync(join(ROOT, path.startsWith("src/") ? path : `__test__/${path}`)),
    );
    const unproven = ITEMS.filter(
      ({ state, evidence }) =>
        state === "met" &&
        !/`[\w-]+\/[\w./-]*`|no test of its own|\]\(|the table below|no telemetry|`npm run \w+`/.test(evidence),
    );

    expect(files.length).toBeGreaterThan(30);
    expect(missing).toEqual([]);
    expect(unproven.map(({ number, evidence }) => `${number}: ${evidence}`)).toEqual([]);
  });
});
