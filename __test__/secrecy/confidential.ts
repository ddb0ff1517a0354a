// Finds in texts what nobody may read, also where only a part of it is shown.

/** So many characters of a token, a hash or a salt are no accident; a redacted form shows fewer in a row. */
const PART = 12;

/** A statement, or a table or column named as only a database names it. */
const SQL =
  /\bselect\b[^\n]*\bfrom\b|\binsert\s+into\b|\bupdate\s+\S+\s+set\b|\bdelete\s+from\b|\b(create|alter|drop)\s+(table|index|trigger|schema)\b|\brelation "|"api_key"\."/i;

/** Texts that are confidential. */
export class Confidential {
  private readonly parts = new Set<string>();

  /** Takes a text; answers whether there is something in it that can be looked for. */
  add(text: string): boolean {
    const parts = words(text).flatMap(partsOf);
    for (const part of parts) this.parts.add(part);
    return parts.length > 0;
  }

  /** The words that show a part of what is confidential. */
  in(texts: readonly string[]): string[] {
    const seen = new Set(texts.flatMap(words));
    return [...seen].filter((word) => partsOf(word).some((part) => this.parts.has(part)));
  }
}

/** The texts that hold SQL. */
export const withSql = (texts: readonly string[]): string[] => texts.filter((text) => SQL.test(text));

/** What hashes, salts and tokens are made of, without regard to case. */
const words = (text: string): string[] => text.toLowerCase().split(/[^a-z0-9+/]+/);

const partsOf = (word: string): string[] =>
  Array.from({ length: Math.max(0, word.length - PART + 1) }, (_, at) => word.slice(at, at + PART));
