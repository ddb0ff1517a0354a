import type { KeyRow } from "./generated/columns";

/** How many rows are kept before the oldest is dropped. */
const MOST_ROWS = 10_000;

/** A row in Rust's memory, and the number that stands for it. */
export interface NumberedRow {
  number: number;
  key: KeyRow;
}

/**
 * Rows that Rust returned from memory, by their numbers, so that each row crosses the border once. Whether a row may be
 * returned is Rust's decision: it returns the row's number for each call.
 */
export class RememberedRows {
  private readonly rows = new Map<number, KeyRow>();

  /** The row of a number. `read` fetches one that is not here, or a later one in its place. */
  get(number: number, read: () => NumberedRow | null): KeyRow | null {
    const known = this.rows.get(number);
    if (known !== undefined) {
      return known;
    }
    const row = read();
    if (row === null) {
      return null;
    }
    if (this.rows.size === MOST_ROWS) {
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
