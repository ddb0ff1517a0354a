// README.md runs as it is printed, and prints what it says.
//
// A comment before a block of code says what it is for: `<!-- runs -->` is a program whose output the next `<!-- prints -->` shows,
// `<!-- prints FILE -->` is what a file of this project prints, `<!-- configures -->` is a medusa-config, `<!-- abridges FILE -->`
// is a test of this project without what only this project needs.

import { execFile } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import ts from "typescript";
import { alike, type Block, blocksOf, missingLines, readersFolder } from "./blocks";

const ROOT = join(__dirname, "../..");
const LONGEST_RUN_MS = 60_000;

const BLOCKS = blocksOf(readFileSync(join(ROOT, "README.md"), "utf8"));
const is = (verb: string) => (block: Block) => block.purpose[0] === verb;
const PROGRAMS = BLOCKS.filter(is("runs")).map((program) => ({
  ...program,
  output: BLOCKS.slice(BLOCKS.indexOf(program)).find(is("prints"))?.text,
}));
const TESTS = BLOCKS.filter(is("abridges"));
const FILES = BLOCKS.filter(({ purpose: [verb, file] }) => verb === "prints" && file !== undefined);

describe("README.md", () => {
  let directory: string;

  beforeEach(() => {
    directory = readersFolder("express", "@medusajs/framework");
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** What a program prints when a reader runs it in a folder of their own; a failure of the program is one of this call. */
  async function printed(file: string): Promise<string> {
    const env = { ...process.env, NO_COLOR: "1", DATABASE_URL: "postgres://medusa@localhost:5432/shop" };
    const options = { cwd: directory, env, timeout: LONGEST_RUN_MS };
    const { stdout } = await promisify(execFile)(process.execPath, [file], options);
    return stdout;
  }

  it("marks each block of code as one that runs, configures or abridges a test", () => {
    const code = BLOCKS.filter(({ language }) => ["js", "mjs", "ts"].includes(language));
    const checked = ["runs", "configures", "abridges"];

    expect(code.length).toBeGreaterThan(3);
    expect(code.filter(({ purpose: [verb = ""] }) => !checked.includes(verb))).toEqual([]);
  });

  it.each(TESTS)("shows only lines of $purpose.1, in their order", ({ purpose: [, file = ""], text }) => {
    expect(missingLines(text, readFileSync(join(ROOT, file), "utf8"))).toEqual([]);
  });

  it.each(PROGRAMS)(
    "prints the documented output: $heading",
    async ({ text, output }) => {
      writeFileSync(join(directory, "index.js"), text);

      expect(alike(await printed("index.js"))).toBe(alike(output ?? "an output block after the program"));
    },
    LONGEST_RUN_MS,
  );

  it.each(FILES)(
    "shows what $purpose.1 prints",
    async ({ purpose: [, file = ""], text }) => {
      expect(alike(await printed(join(ROOT, file)))).toBe(alike(text));
    },
    LONGEST_RUN_MS,
  );

  it.each(BLOCKS.filter(is("configures")))(
    "configures this package as Medusa's API Key Module: $heading",
    async ({ text }) => {
      const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
      writeFileSync(join(directory, "medusa-config.js"), ts.transpileModule(text, { compilerOptions }).outputText);
      writeFileSync(
        join(directory, "index.js"),
        `const { resolve } = require("./medusa-config.js").modules.api_key;
         console.log(JSON.stringify({ resolve, service: require(resolve).default.service.name }));`,
      );

      expect(JSON.parse(await printed("index.js"))).toEqual({
        resolve: "medusa-api-key-native",
        service: "ApiKeyModuleService",
      });
    },
    LONGEST_RUN_MS,
  );
});
