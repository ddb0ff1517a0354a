// Rust's structs, the TypeScript types, the names read from Medusa's configuration and docs/options.md list the same options.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { medusaSettings } from "../../module/connection";
import { openService } from "../support/ours";

const read = (file: string) => readFileSync(join(__dirname, "../..", file), "utf8");

/** The members that an interface of module/options.ts declares. */
function declared(name: string): string[] {
  const [, body = ""] =
    new RegExp(`export interface ${name} \\{\n(.*?)\n\\}`, "s").exec(read("module/options.ts")) ?? [];
  return [...body.matchAll(/^ {2}(\w+)\??:/gm)].map(([, member = ""]) => member);
}

/** The names of Rust's struct, which the error about an unknown option lists. */
function known(options: object): string[] {
  try {
    openService("sqlite::memory:", options);
  } catch (error) {
    const [, names = ""] = /; the options are (.*)$/.exec((error as Error).message) ?? [];
    return names.split(", ");
  }
  throw new Error("The unknown option was accepted.");
}

/** The names in the table of docs/options.md. */
function explained(): string[] {
  const [, section = ""] = /\n## All options\n(.*)/s.exec(read("docs/options.md")) ?? [];
  return [...section.matchAll(/^\| (`.+?`) \|/gm)].flatMap(([, names = ""]) => names.match(/[\w.]+/g) ?? []);
}

const TABLES: [name: string, prefix: string, unknown: object][] = [
  ["ApiKeyModuleOptions", "", { nope: 1 }],
  ["PoolOptions", "pool.", { pool: { nope: 1 } }],
  ["TlsOptions", "ssl.", { ssl: { nope: 1 } }],
  ["Argon2Options", "argon2.", { argon2: { nope: 1 } }],
];

describe("The names of options", () => {
  it("of HashKey are the same in TypeScript and in Rust", () => {
    const names = ["id", "secret"];

    expect(declared("HashKey")).toEqual(names);
    expect(known({ hashKeys: [{ nope: 1 }] })).toEqual(names.map((name) => `hashKeys[0].${name}`));
  });

  it("of TokenOptions are the same in TypeScript and in Rust", () => {
    expect(declared("TokenOptions")).toEqual(["brand"]);
    expect(known({ token: { nope: 1 } })).toEqual(["token.brand"]);
  });

  it.each(TABLES)("of %s are the same in TypeScript and in Rust", (name, prefix, unknown) => {
    expect(declared(name).length).toBeGreaterThan(2);
    expect(declared(name).map((member) => prefix + member)).toEqual(known(unknown));
  });

  it("are the ones passed on from Medusa's configuration", () => {
    const names = declared("ApiKeyModuleOptions");
    const options = Object.fromEntries(names.map((name) => [name, `the ${name}`]));

    expect(medusaSettings({}, { ...options, nope: 1 } as object)).toEqual({ ...options, inMedusa: true });
  });

  it("are the ones documented in docs/options.md", () => {
    const names = TABLES.flatMap(([name, prefix]) => declared(name).map((member) => prefix + member));

    // The page lists the members of these two instead.
    expect(explained().sort()).toEqual(names.filter((name) => !["pool", "argon2"].includes(name)).sort());
  });
});
