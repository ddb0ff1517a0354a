import type { NativeApiKey } from "../binding";

/** How many rows are kept before the oldest is let go. */
const MOST_ROWS = 10_000;

/**
 * The rows that Rust's memory answered with, by their numbers, so that a row crosses the border once and not with every
 * answer. It says nothing about whether a row may be answered: that is what the number, which Rust gave for this very
 * call, stands for.
 */
export class RememberedRows {
  private readonly rows = new Map<number, NativeApiKey>();

  /** The row of a number, which `read` fetches the first time. */
  get(number: number, read: () => NativeApiKey): NativeApiKey {
    const known = this.rows.get(number);
    if (known !== undefined) {
      return known;
    }
    const row = read();
    if (this.rows.size === MOST_ROWS) {
      this.letGoOfTheOldest();
    }
    this.rows.set(number, row);
    return row;
  }

  private letGoOfTheOldest(): void {
    for (const number of this.rows.keys()) {
      this.rows.delete(number);
      return;
    }
  }
}
