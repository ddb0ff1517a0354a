// The snippets in the documents that cannot run by themselves compile, in strict mode, as a reader's own files.

import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { blocksFor, PAGES, readersFolder } from "./blocks";

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  allowJs: true,
  checkJs: true,
  types: ["node"],
};

const SNIPPETS = PAGES.flatMap((page) =>
  blocksFor(page, "checks").map(({ language, text }, index) => ({
    title: `${page.path}, ${index + 1}`,
    file: `${page.path.replace(/\W/g, "-")}-${index + 1}.${language}`,
    text,
  })),
);

describe("A snippet in a document", () => {
  const directory = readersFolder("express", "fastify", "hono", "@types", "@opentelemetry", "@medusajs");
  const complaints = new Map<string, string[]>();

  beforeAll(() => {
    for (const { file, text } of SNIPPETS) writeFileSync(join(directory, file), text);
    const program = ts.createProgram(
      SNIPPETS.map(({ file }) => join(directory, file)),
      OPTIONS,
    );
    for (const { file, messageText } of ts.getPreEmitDiagnostics(program)) {
      const name = file?.fileName.split("/").at(-1) ?? "";
      complaints.set(name, [...(complaints.get(name) ?? []), ts.flattenDiagnosticMessageText(messageText, "\n")]);
    }
  }, 120_000);
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it.each(SNIPPETS)("compiles: $title", ({ file }) => {
    expect(complaints.get(file) ?? []).toEqual([]);
  });
});
