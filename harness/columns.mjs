// Generates TypeScript from the columns that src/columns.rs declares, as the addon returns them.

import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { root } from "./steps.mjs";

const FILE = `${root}module/generated/columns.ts`;

/** Writes module/generated/columns.ts. */
export function writeColumns() {
  mkdirSync(dirname(FILE), { recursive: true });
  writeFileSync(FILE, rendered());
}

function rendered() {
  const { NativeApiKeyService } = createRequire(import.meta.url)(`${root}binding`);
  const { fields } = JSON.parse(NativeApiKeyService.declaredColumns());
  const shown = fields.filter(({ access }) => access !== "hidden");
  return formatted(`// Written by "npm run build" from src/columns.rs; change that file instead.

import type { ApiKey, ApiKeyType } from "../types";

/** The columns of the table in model order, with their GraphQL types. */
export const COLUMNS = {
${fields.map(({ name, graphql }) => `${name}: "${graphql}",`).join("\n")}
};

/** A key as Rust sends it: the columns that results contain, times in epoch milliseconds. */
export interface KeyRow {
${shown.map((field) => `${field.name}: ${typeOf(field)};`).join("\n")}
}

/** Converts a row to a key. */
export function decodeKey(row: KeyRow): ApiKey {
  return {
${shown.map((field) => `${field.name}: ${decoded(field)},`).join("\n")}
  };
}
`);
}

function typeOf({ kind, graphql, nullable }) {
  const type = graphql.startsWith("ApiKeyTypeEnum") ? "ApiKeyType" : { text: "string", time: "number" }[kind];
  return nullable ? `${type} | null` : type;
}

function decoded({ name, kind, nullable }) {
  if (kind !== "time") return `row.${name}`;
  return nullable ? `row.${name} === null ? null : new Date(row.${name})` : `new Date(row.${name})`;
}

function formatted(source) {
  const biome = [
    `${root}node_modules/@biomejs/biome/bin/biome`,
    "format",
    "--stdin-file-path=module/generated/columns.ts",
  ];
  return execFileSync(process.execPath, biome, { cwd: root, input: source, encoding: "utf8" });
}
