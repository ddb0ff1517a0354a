// What an editor shows of the methods in index.d.ts: each overload is documented, and its example compiles.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { ApiKeyModuleService } from "../../index.js";

/** A method or constructor overload, or the service itself. */
interface Documented {
  name: string;
  /** Which one of several with the same name, from 1 on. */
  overload: number;
  parameters: string[];
  summary: string;
  tags: { name: string; parameter?: string; text: string }[];
}

const ROOT = join(__dirname, "../..");
const TYPES = join(ROOT, "index.d.ts");

const SOURCE = ts.createSourceFile(TYPES, readFileSync(TYPES, "utf8"), ts.ScriptTarget.ES2022, true);
const INTERFACES = SOURCE.statements.filter(ts.isInterfaceDeclaration);
const interfaceOf = (name: string) =>
  INTERFACES.find((declared) => declared.name.text === name) as ts.InterfaceDeclaration;

const SERVICE = interfaceOf("ApiKeyModuleService");
const OVERLOADS = [
  ...(SERVICE.heritageClauses ?? []).flatMap(({ types }) => types.map((type) => type.expression.getText())),
  "ApiKeyModuleServiceConstructor",
]
  .flatMap((name) => [...interfaceOf(name).members])
  .filter((member) => ts.isMethodSignature(member) || ts.isConstructSignatureDeclaration(member))
  .map(documented)
  .map((shown, index, all) => ({
    ...shown,
    overload: all.slice(0, index + 1).filter(({ name }) => name === shown.name).length,
  }));
const DEPRECATED = OVERLOADS.filter(({ name }) => ["create", "list"].includes(name));
const EXAMPLES = [documented(SERVICE), ...OVERLOADS].flatMap(({ tags, ...shown }) =>
  tags.filter(({ name }) => name === "example").map(({ text }) => ({ ...shown, text })),
);

function documented(node: ts.MethodSignature | ts.ConstructSignatureDeclaration | ts.InterfaceDeclaration): Documented {
  return {
    name: node.name?.getText() ?? "new",
    overload: 1,
    parameters: "parameters" in node ? node.parameters.map((parameter) => parameter.name.getText()) : [],
    summary: textOf(ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc)?.comment),
    tags: ts.getJSDocTags(node).map((tag) => ({
      name: tag.tagName.text,
      text: textOf(tag.comment),
      ...(ts.isJSDocParameterTag(tag) ? { parameter: tag.name.getText() } : {}),
    })),
  };
}

function textOf(comment: ts.JSDocTag["comment"]): string {
  return ts.getTextOfJSDocComment(comment) ?? "";
}

/** The files that are open in the editor, by path. They lie beside index.d.ts. */
const OPEN = new Map<string, string>();
const read = (path: string) => OPEN.get(path) ?? ts.sys.readFile(path);

const EDITOR = ts.createLanguageService({
  getScriptFileNames: () => [...OPEN.keys()],
  getScriptVersion: () => "1",
  getScriptSnapshot: (path) => {
    const text = read(path);
    return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
  },
  getCurrentDirectory: () => ROOT,
  getCompilationSettings: () => ({
    lib: ["lib.es2022.d.ts", "lib.esnext.disposable.d.ts"],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    strict: true,
    exactOptionalPropertyTypes: true,
    types: [],
  }),
  getDefaultLibFileName: ts.getDefaultLibFilePath,
  fileExists: (path) => OPEN.has(path) || ts.sys.fileExists(path),
  readFile: read,
});

/** Opens a program in the editor. */
function opened(text: string) {
  const file = join(ROOT, `open-in-the-editor-${OPEN.size}.ts`);
  OPEN.set(file, text);
  return {
    complaints: () =>
      [...EDITOR.getSyntacticDiagnostics(file), ...EDITOR.getSemanticDiagnostics(file)].map(({ messageText }) =>
        ts.flattenDiagnosticMessageText(messageText, "\n"),
      ),
    tooltip: (at: string) =>
      ts.displayPartsToString(EDITOR.getQuickInfoAtPosition(file, text.indexOf(at))?.documentation),
    completions: (after: string) =>
      EDITOR.getCompletionsAtPosition(file, text.indexOf(after) + after.length, {})?.entries.map(({ name }) => name),
  };
}

/** Opens an example in a program that has a service. */
function openedExample(example: string) {
  return opened(`
    import { type ApiKeyModuleOptions, ApiKeyModuleService } from "./index";
    declare const console: { log(line: string): void };
    export async function program(keys: ApiKeyModuleService) {
      {
        ${example}
      }
    }`);
}

describe("A method in index.d.ts", () => {
  it("is declared for each method of the class", () => {
    const methods = Object.getOwnPropertyNames(ApiKeyModuleService.prototype).filter((name) => /^[a-z]+$/i.test(name));
    const others = ["new", "[Symbol.asyncDispose]"];
    const declared = new Set(OVERLOADS.map(({ name }) => name).filter((name) => !others.includes(name)));

    expect([...declared].sort()).toEqual(methods.filter((name) => name !== "constructor").sort());
  });

  it.each(OVERLOADS)(
    "$name, overload $overload, has a summary, its parameters and one example",
    ({ parameters, ...shown }) => {
      expect(shown.summary).toMatch(/^[A-Z].*\.$/s);
      expect(shown.tags.flatMap(({ parameter }) => parameter ?? [])).toEqual(parameters);
      expect(shown.tags.filter(({ text }) => text === "")).toEqual([]);
      expect(shown.tags.filter(({ name }) => name === "example")).toHaveLength(1);
    },
  );

  it.each(OVERLOADS)("$name, overload $overload, names no parameter with an underscore", ({ parameters }) => {
    expect(parameters.filter((parameter) => parameter.startsWith("_"))).toEqual([]);
  });

  it.each(DEPRECATED)(
    "$name, overload $overload, is deprecated, says what to use and why it exists",
    ({ name, tags }) => {
      const [reason] = tags.filter((tag) => tag.name === "deprecated");

      expect(reason?.text).toMatch(`Use \`${name}ApiKeys\`. This name exists because`);
    },
  );
});

describe("An example in index.d.ts", () => {
  it.each(EXAMPLES)("compiles: $name, overload $overload", ({ text }) => {
    expect(openedExample(text).complaints()).toEqual([]);
  });

  it("does not compile if it is wrong", () => {
    expect(openedExample('await keys.rollApiKeys("apk_1", { revoked_by: 5 })').complaints()).toEqual([
      "Type 'number' is not assignable to type 'string'.",
    ]);
  });
});

describe("An editor", () => {
  const wish = '{ title: "CI", type: "secret", created_by: "user_1" }';

  it.each([`createApiKeys(${wish})`, `createApiKeys([${wish}])`, `create(${wish})`, `upsertApiKeys(${wish})`])(
    "says of %s that the token is shown once",
    (call) => {
      expect(openedExample(`await keys.${call}`).tooltip(call)).toMatch(/token of a secret key is shown once/);
    },
  );

  it("completes the columns of select, the columns of order and their directions", () => {
    const { completions } = openedExample(`
      await keys.listApiKeys({}, { select: ["id", ""] })
      await keys.listApiKeys({}, { order: { title: "ASC",  } })
      await keys.listApiKeys({}, { order: { id: "" } })
    `);

    expect(completions('select: ["id", "')).toEqual(expect.arrayContaining(["*", "created_at", "title"]));
    expect(completions('title: "ASC", ')).toEqual(expect.arrayContaining(["created_at", "id"]));
    expect(completions('order: { id: "')).toEqual(expect.arrayContaining(["ASC", "DESC NULLS LAST"]));
  });
});
