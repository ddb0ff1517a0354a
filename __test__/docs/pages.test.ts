// The pages in docs/ whose programs run as printed, with the documented output.

import { execFile } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { alike, blocksOf, missingLines, readersFolder } from "./blocks";

const ROOT = join(__dirname, "../..");
const PAGES = ["declared-keys", "guards", "keys-with-limits", "single-use-tokens"].map((name) => `docs/${name}.md`);
const LONGEST_RUN_MS = 60_000;

describe.each(PAGES)("%s", (page) => {
  const markdown = readFileSync(join(ROOT, page), "utf8");
  const blocks = blocksOf(markdown);
  const programs = blocks
    .filter(({ purpose: [verb] }) => verb === "runs")
    .map((program) => ({
      ...program,
      output: blocks.slice(blocks.indexOf(program)).find(({ purpose: [verb] }) => verb === "prints")?.text ?? "",
    }));
  const abridged = blocks.filter(({ purpose: [verb] }) => verb === "abridges");

  it("marks each block of code as one that runs or abridges a file", () => {
    const code = blocks.filter(({ language }) => ["js", "mjs", "ts"].includes(language));

    expect(code.length).toBeGreaterThan(0);
    expect(code).toHaveLength(programs.length + abridged.length);
  });

  it.each(programs)(
    "prints the documented output of $heading",
    async ({ text, output }) => {
      const directory = readersFolder("express", "fastify", "hono");
      try {
        writeFileSync(join(directory, "index.js"), text);
        const options = { cwd: directory, timeout: LONGEST_RUN_MS, env: { ...process.env, NO_COLOR: "1" } };
        const { stdout } = await promisify(execFile)(process.execPath, ["index.js"], options);

        expect(alike(stdout)).toBe(alike(output));
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    },
    LONGEST_RUN_MS,
  );

  it("shows of files only lines that they have", () => {
    const missing = abridged.flatMap(({ text, purpose: [, file = ""] }) => {
      const code = text.replace("// src/api/middlewares.ts\n", "");
      return missingLines(code, readFileSync(join(ROOT, file), "utf8"));
    });

    expect(missing).toEqual([]);
  });
});

describe("The pages in docs/", () => {
  it("link only to files that exist", () => {
    const links = PAGES.flatMap((page) =>
      [...readFileSync(join(ROOT, page), "utf8").matchAll(/\]\(([^)#]+)\)/g)].map(([, path = ""]) =>
        join(ROOT, "docs", path),
      ),
    );

    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((link) => !existsSync(link))).toEqual([]);
  });
});
