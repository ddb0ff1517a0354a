// Makes answers of two servers comparable: what chance or the clock decides is replaced by what it is and by where it first appeared.

const ISO_TIME = /\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z/g;
const UNIQUE = [
  /\b(?<kind>[a-z]+)_[0-9A-HJKMNP-TV-Z]{26}\b/g,
  /\b(?<kind>ey)J[\w-]+\.[\w-]+\.[\w-]+/g,
  /\b(?<kind>[ps]k)_[0-9a-f]{64}\b/g,
  /\b(?<kind>[ps]k)_[0-9a-f]{3}\*{3}[0-9a-f]{3}\b/g,
];

/** Numbers ids, tokens and redacted forms in the order in which one server shows them, so that the same one is the same everywhere. */
export class Namer {
  readonly #numbers = new Map<string, string>();

  name(text: string): string {
    return UNIQUE.reduce(
      (named, pattern) => named.replace(pattern, (unique, kind) => this.#nameOf(unique, kind)),
      text.replace(ISO_TIME, "<time>"),
    );
  }

  #nameOf(unique: string, kind: string): string {
    const form = unique.includes("***") ? `${kind}***` : kind === "ey" ? "jwt" : kind;
    const known = this.#numbers.get(unique);
    if (known) return known;
    const count = [...this.#numbers.values()].filter((name) => name.startsWith(`<${form} `)).length;
    const name = `<${form} ${count + 1}>`;
    this.#numbers.set(unique, name);
    return name;
  }
}
