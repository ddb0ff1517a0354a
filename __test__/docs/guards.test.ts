// docs/guards.md runs as it is printed, and prints what it says.

import { execFile } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { alike, blocksOf, missingLines, readersFolder } from "./blocks";

const ROOT = join(__dirname, "../..");
const PAGE = readFileSync(join(ROOT, "docs/guards.md"), "utf8");
const LONGEST_RUN_MS = 60_000;

const BLOCKS = blocksOf(PAGE);
const PROGRAMS = BLOCKS.filter(({ purpose: [verb] }) => verb === "runs").map((program) => ({
  ...program,
  output: BLOCKS[BLOCKS.indexOf(program) + 1]?.text ?? "",
}));

describe("docs/guards.md", () => {
  it("marks each block of code as one that runs or abridges a file", () => {
    const code = BLOCKS.filter(({ language }) => ["js", "ts"].includes(language));

    expect(code.length).toBeGreaterThan(3);
    expect(code.filter(({ purpose: [verb = ""] }) => !["runs", "abridges"].includes(verb))).toEqual([]);
  });

  it.each(PROGRAMS)(
    "prints in $heading what it says",
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

  it.each(BLOCKS.filter(({ purpose: [verb] }) => verb === "abridges"))(
    "shows of $purpose.1 only lines that it has",
    ({ text, purpose: [, file = ""] }) => {
      const code = text.replace("// src/api/middlewares.ts\n", "");
      expect(missingLines(code, readFileSync(join(ROOT, file), "utf8"))).toEqual([]);
    },
  );

  it("links only to files that exist", () => {
    const links = [...PAGE.matchAll(/\]\(([^)#]+)\)/g)].map(([, path = ""]) => join(ROOT, "docs", path));

    expect(links.length).toBeGreaterThan(2);
    expect(links.filter((link) => !existsSync(link))).toEqual([]);
  });
});
