// README.md and pages of docs/ run as they are printed, and print what they say.
//
// A comment before a block of code says what it is for: `<!-- runs -->` is a program whose output the next `<!-- prints -->` shows,
// `<!-- prints FILE -->` is what a file of this project prints, `<!-- configures -->` is a medusa-config, `<!-- abridges FILE -->`
// is a test of this project without what only this project needs.

import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import ts from "typescript";

interface Block {
  /** The nearest heading above. */
  heading: string;
  /** The comment before it, in words. */
  purpose: string[];
  language: string;
  text: string;
}

const ROOT = join(__dirname, "../..");
const LONGEST_RUN_MS = 60_000;

/** What a reader installs for the blocks, and where this checkout has it. */
const PACKAGES: Record<string, string> = {
  "medusa-api-key-native": ROOT,
  express: join(ROOT, "node_modules/express"),
  "@medusajs/framework": join(ROOT, "node_modules/@medusajs/framework"),
};

/** All blocks of a document, in order. */
function blocksOf(markdown: string): Block[] {
  let heading = "";
  const part = /^#+ (?<title>[^\n]+)$|(?:^<!-- (?<purpose>[^\n]+) -->\n)?^```(?<language>\w+)\n(?<text>.*?)^```$/gms;
  return [...markdown.matchAll(part)].flatMap(({ groups = {} }) => {
    heading = groups.title ?? heading;
    const { purpose = "", language, text = "" } = groups;
    return language === undefined ? [] : [{ heading, purpose: purpose.split(" "), language, text }];
  });
}

/** Text with what differs between two runs – tokens, ids and times – replaced by what it is. */
function alike(text: string): string {
  return text
    .replace(/\b([sp]k)_[0-9a-f]{64}\b/g, "$1_…")
    .replace(/\b([sp]k)_[0-9a-f]{3}\*{3}[0-9a-f]{3}\b/g, "$1_…***…")
    .replace(/\bapk_[0-9A-HJKMNP-TV-Z]{26}\b/g, "apk_…")
    .replace(/\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z/g, "<time>")
    .trim();
}

/** The documents with programs. */
const DOCUMENTS = ["README.md", "docs/declared-keys.md", "docs/single-use-tokens.md"];

const BLOCKS = DOCUMENTS.flatMap((file) => blocksOf(readFileSync(join(ROOT, file), "utf8")));
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
    directory = mkdtempSync(join(tmpdir(), "medusa-api-key-native-readme-"));
    for (const [name, target] of Object.entries(PACKAGES)) {
      const link = join(directory, "node_modules", name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(target, link, "junction");
    }
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
    const linesOf = (code: string) =>
      code
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "");
    // Here the package is the folder that the test lies in.
    const tested = linesOf(
      readFileSync(join(ROOT, file), "utf8").replace('require.resolve("../..")', '"medusa-api-key-native"'),
    );
    const missing = linesOf(text).filter((line) => {
      const place = tested.indexOf(line);
      tested.splice(0, place + 1);
      return place === -1;
    });

    expect(missing).toEqual([]);
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
