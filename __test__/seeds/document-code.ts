// Makes the code blocks in fixtures/ run, their text untouched.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "@swc/core";

type Exports = Record<string, unknown>;

/** Loads a block that is a whole file and exports what it defines. */
export function loadFile(path: string): Exports {
  return require(`./fixtures/${path}`);
}

/** Loads a block that is a whole file but leaves exporting to its reader. */
export function loadDeclarations(path: string, names: string[]): Exports {
  return evaluate(`${read(path)}\nexport { ${names.join(", ")} }`);
}

/**
 * Runs a block of statements on a service and answers the constants it declares.
 * `replace` puts what a reader would write in the place of an example's value.
 */
export async function runStatements<Declared = object>(
  path: string,
  apiKeyModuleService: unknown,
  { declared = [], replace = {} }: { declared?: string[]; replace?: Record<string, string> } = {},
): Promise<Declared> {
  const statements = Object.entries(replace).reduce((text, [from, to]) => text.replaceAll(from, to), read(path));
  const { run } = evaluate(
    `export async function run(apiKeyModuleService) {\n${statements}\nreturn { ${declared.join(", ")} }\n}`,
  ) as { run: (service: unknown) => Promise<Declared> };
  return run(apiKeyModuleService);
}

function read(path: string): string {
  return readFileSync(join(__dirname, "fixtures", path), "utf8");
}

function evaluate(source: string): Exports {
  const { code } = transformSync(source, {
    configFile: false,
    swcrc: false,
    jsc: { parser: { syntax: "typescript" }, target: "es2022" },
    module: { type: "commonjs" },
  });
  const exports: Exports = {};
  // The test file's `require`, so that the block sees the modules that its test sees.
  new Function("require", "exports", code)(require, exports);
  return exports;
}
