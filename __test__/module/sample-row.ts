// A row as Rust sends it, with every declared column, so that a test names only the columns that it is about.

import type { KeyRow } from "../../module/generated/columns";
import { SHOWN } from "../support/declaration";

/** A secret key's row: nullable columns are null, times 5, texts of their own. */
export function sampleRow(part: Record<string, string | number | null> = {}): KeyRow {
  const values: Record<string, string | number | null> = { type: "secret", ...part };
  const row = SHOWN.map(({ name, kind, nullable }) => {
    if (name in values) return values[name];
    return nullable ? null : kind === "time" ? 5 : `value of ${name}`;
  });
  return row as unknown as KeyRow;
}
