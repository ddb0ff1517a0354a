import type { KeyRow } from "./generated/columns";

/** The maximum number of rows; a further row replaces the oldest. */
const MAX_ROWS = 10_000;

/** A row in Rust's cache, with its number. */
export interface NumberedRow {
  number: number;
  key: KeyRow;
}

/**
 * Rows of Rust's cache by their numbers, so that each row is passed to JavaScript once. Rust decides whether a row may
 * be returned: it returns the row's number for each call.
 */
export class RememberedRows {
  private readonly rows = new Map<number, KeyRow>();

  /** The row of a number. If it is missing, `read` fetches it, or a newer row. */
  get(number: number, read: () => NumberedRow | null): KeyRow | null {
    const known = this.rows.get(number);
    if (known !== undefined) {
      return known;
    }
    const row = read();
    if (row === null) {
      return null;
    }
    if (this.rows.size === MAX_ROWS) {
      this.dropOldest();
    }
    this.rows.set(row.number, row.key);
    return row.key;
  }

  private dropOldest(): void {
    for (const number of this.rows.keys()) {
      this.rows.delete(number);
      return;
    }
  }
}
