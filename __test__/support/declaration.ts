// The columns as src/columns.rs declares them, and a value of each.

import { NativeApiKeyService } from "../../binding";

/** A column that callers may name. */
export interface Field {
  name: string;
  kind: "text" | "time";
  access: "open" | "token" | "hidden";
  graphql: string;
  nullable: boolean;
}

interface Declaration {
  fields: Field[];
  internal: string[];
  silent: string[];
}

export const DECLARED: Declaration = JSON.parse(NativeApiKeyService.declaredColumns());

/** The fields that answers show. */
export const SHOWN = DECLARED.fields.filter(({ access }) => access !== "hidden");

/** The fields that filters and orders may name. */
export const OPEN = DECLARED.fields.filter(({ access }) => access === "open");

/** Columns whose value decides which key it is, so that a test leaves them as they were created. */
const IDENTITY = ["id", "token", "type"];

/** The fields to which a test may give any value. */
export const FREE = SHOWN.filter(({ name }) => !IDENTITY.includes(name));

/** A value of its own for each column; times are in the future, so that the key is neither revoked nor last written by a revocation. */
export function sampleOf({ name, kind }: Field): string | Date {
  if (kind === "text") return `value of ${name}`;
  const place = DECLARED.fields.findIndex((field) => field.name === name);
  return new Date(Date.UTC(2040 + place, 0, 1, 0, 0, 0, 123));
}

/** The value as SQL takes it on both databases. */
export function sqlOf(value: string | Date): string {
  return value instanceof Date ? value.toISOString().replace("Z", "+00:00") : value;
}
