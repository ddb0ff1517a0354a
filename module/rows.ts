import { decodeKey, type KeyRow } from "./generated/columns";
import type { ApiKey } from "./types";

/** A page of keys as Rust sends it. */
export interface Page {
  keys: KeyRow[];
  /** The selected columns in model order; `null` means all. */
  columns: string[] | null;
  /** The number of keys on all pages, if requested. */
  count: number | null;
}

/** The keys of a page, with the selected columns. */
export function decodePage({ keys, columns }: Page): ApiKey[] {
  return keys.map((row) => withColumns(decodeKey(row), columns));
}

/** A key with only these columns, in their order; `null` means all. */
export function withColumns(key: ApiKey, columns: readonly string[] | null): ApiKey {
  if (columns === null) {
    return key;
  }
  const selected: Record<string, unknown> = {};
  for (const column of columns) {
    // A key lacks an attribute that it does not have.
    if (Object.hasOwn(key, column)) {
      selected[column] = key[column as keyof ApiKey];
    }
    // Stock 2.21.2: selecting the type of a secret key includes its empty token.
    if (column === "id" && key.token === "" && columns.includes("type")) {
      selected.token = "";
    }
  }
  return selected as unknown as ApiKey;
}

/** The key of a row, as `createApiKeys` returns it. */
// Stock 2.21.2: only there, `salt` is an own member and undefined.
export function decodeCreatedKey(row: KeyRow): ApiKey {
  const { id, token, ...others } = decodeKey(row);
  const created = { id, token, salt: undefined, ...others };
  return created;
}
