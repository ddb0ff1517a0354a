// README.md and the pages in docs/: their programs run as printed, with the documented output.
//
// A comment before a block of code says what it is for: CONTRIBUTING.md lists the comments.

import { execFile } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import ts from "typescript";
import { alike, type Block, blocksFor, missingLines, PAGES, type Page, ROOT, readersFolder } from "./blocks";

const LONGEST_RUN_MS = 60_000;
const CODE = ["js", "mjs", "cjs", "ts", "jsx", "tsx"];
/** What a comment can say of code: each is checked here, in snippets.test.ts or in getting-started.test.ts. */
const CHECKED = ["runs", "configures", "abridges", "checks", "file"];

/** Each block with this verb, with its page and its number on the page. */
const each = (verb: string) =>
  PAGES.flatMap((page) =>
    blocksFor(page, verb).map((block, index) => ({ ...block, page, path: page.path, number: index + 1 })),
  );

/** The output that a page documents for one of its programs. */
function outputOf({ blocks }: Page, program: Block): string {
  const after = blocks.slice(blocks.findIndex(({ text }) => text === program.text));
  return after.find(({ purpose: [verb] }) => verb === "prints")?.text ?? "an output block after the program";
}

/** A configuration file: as it is shown, or a whole one around the lines of a difference. */
function configurationOf({ language, text }: Block): string {
  if (language !== "diff") return text;
  const lines = text.split("\n").filter((line) => !line.startsWith("-"));
  return `import { defineConfig } from "@medusajs/framework/utils";
    module.exports = defineConfig({
      projectConfig: { databaseUrl: process.env.DATABASE_URL },
      ${lines.map((line) => line.slice(1)).join("\n")}
    });`;
}

describe("A document", () => {
  let directory: string;

  beforeEach(() => {
    directory = readersFolder(
      "express",
      "fastify",
      "hono",
      "@medusajs/framework",
      "@opentelemetry/api",
      "@opentelemetry/sdk-metrics",
    );
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** What a program prints when a reader runs it in a folder of their own; a failure of the program is one of this call. */
  async function printed(file: string): Promise<string> {
    const env = { ...process.env, NO_COLOR: "1", DATABASE_URL: "postgres://medusa@localhost:5432/shop" };
    const options = { cwd: directory, env, timeout: LONGEST_RUN_MS };
    const { stdout } = await promisify(execFile)(process.execPath, [file], options);
    return stdout;
  }

  it("marks each block of code with how it is checked", () => {
    const code = PAGES.flatMap(({ path, blocks }) => blocks.map((block) => ({ path, ...block }))).filter(
      ({ language }) => CODE.includes(language),
    );
    const unchecked = code.filter(({ purpose: [verb = ""] }) => !CHECKED.includes(verb));

    expect(code.length).toBeGreaterThan(20);
    expect(unchecked.map(({ path, heading }) => `${path}: ${heading}`)).toEqual([]);
  });

  it("names only npm commands that exist", () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    const own = PAGES.filter(({ path }) => !path.startsWith("docs/getting-started/"));
    const named = own.flatMap(({ path, markdown }) =>
      [...markdown.matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name = ""]) => ({ path, name })),
    );

    expect(named.length).toBeGreaterThan(10);
    expect(named.filter(({ name }) => !(name in scripts))).toEqual([]);
  });

  it.each(each("abridges"))("shows only lines of a file, in their order: $path, $number", ({ purpose, text }) => {
    const code = text.replace("// src/api/middlewares.ts\n", "");

    expect(missingLines(code, readFileSync(join(ROOT, purpose[1] ?? ""), "utf8"))).toEqual([]);
  });

  // command-line.test.ts runs the commands.
  it.each(each("runs").filter(({ language }) => CODE.includes(language)))(
    "prints the documented output: $path, program $number",
    async (program) => {
      const name = "index.js";
      writeFileSync(join(directory, name), program.text);

      expect(alike(await printed(name))).toBe(alike(outputOf(program.page, program)));
    },
    LONGEST_RUN_MS,
  );

  it.each(each("prints").filter(({ purpose }) => purpose.length > 1))(
    "shows what a file of this project prints: $path, $number",
    async ({ purpose: [, file = ""], text }) => {
      expect(alike(await printed(join(ROOT, file)))).toBe(alike(text));
    },
    LONGEST_RUN_MS,
  );

  it.each(each("configures"))(
    "configures this package as Medusa's API Key Module: $path, $number",
    async (block) => {
      const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
      writeFileSync(
        join(directory, "medusa-config.js"),
        ts.transpileModule(configurationOf(block), { compilerOptions }).outputText,
      );
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
