import { decodeKey, type KeyRow } from "./generated/columns";
import type { ApiKey } from "./types";

/** A page of keys as Rust sends it. */
export interface Page {
  keys: KeyRow[];
  /** The selected columns in model order; `null` means every one. */
  columns: string[] | null;
  /** How many keys match on all pages, if that was asked. */
  count: number | null;
}

/** The keys of a page, with the selected columns. */
export function decodePage({ keys, columns }: Page): ApiKey[] {
  return keys.map((row) => withColumns(decodeKey(row), columns));
}

/** A key with these columns only, in their order; `null` means every one. */
export function withColumns(key: ApiKey, columns: readonly string[] | null): ApiKey {
  if (columns === null) {
    return key;
  }
  const selected: Record<string, unknown> = {};
  for (const column of columns) {
    selected[column] = key[column as keyof ApiKey];
    // Stock 2.21.2: selecting the type of a secret key brings its empty token along.
    if (column === "id" && key.token === "" && columns.includes("type")) {
      selected.token = "";
    }
  }
  return selected as unknown as ApiKey;
}

/** The answer to `createApiKeys`. */
// Stock 2.21.2: only there, an own key `salt` holds undefined.
export function decodeCreatedKey(row: KeyRow): ApiKey {
  const { id, token, ...others } = decodeKey(row);
  const created = { id, token, salt: undefined, ...others };
  return created;
}
