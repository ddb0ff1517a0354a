// CreateApiKeyInput in module/types.ts lists what src/api_key/new.rs and src/api_key/attributes/input.rs read.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const ROOT = join(__dirname, "../..");
const textOf = (file: string) => readFileSync(join(ROOT, file), "utf8");

/** The members of an interface in module/types.ts. */
function membersOf(name: string): string[] {
  const { statements } = ts.createSourceFile("types.ts", textOf("module/types.ts"), ts.ScriptTarget.ES2022);
  const declared = statements.filter(ts.isInterfaceDeclaration).find((statement) => statement.name.text === name);
  return (declared?.members ?? []).flatMap((member) =>
    member.name !== undefined && ts.isIdentifier(member.name) ? member.name.text : [],
  );
}

describe("CreateApiKeyInput", () => {
  const rust = ["new.rs", "attributes/input.rs"].map((file) => textOf(`src/api_key/${file}`)).join("\n");
  const read = [...rust.matchAll(/\bdata\s*\.member\(\s*"(\w+)"\s*\)|\bGiven::parse\(\s*data,\s*"(\w+)"/g)].map(
    ([, member, attribute]) => member ?? attribute,
  );
  const declared = membersOf("CreateApiKeyInput");

  it("declares every member that a creation reads", () => {
    expect(read).toContain("title");
    expect(read.filter((name) => !declared.includes(name as string))).toEqual([]);
  });

  it("declares no member that a creation ignores", () => {
    expect(declared).toContain("title");
    expect(declared.filter((name) => !read.includes(name))).toEqual([]);
  });
});
