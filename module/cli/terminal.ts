import Table from "cli-table3";
import pico from "picocolors";

/** Functions that color a string, or return it as it is. */
export type Colors = ReturnType<typeof pico.createColors>;

/** The part of an output stream that is used here. */
export type OutputStream = NodeJS.WritableStream & { isTTY?: boolean; columns?: number };

/** The part of an input stream that is used here. */
export type InputStream = NodeJS.ReadableStream & { isTTY?: boolean };

/** The width of text that is not written to a terminal. */
const DEFAULT_WIDTH = 100;

/** The rows that are formatted at once. */
const PART = 10;

const BORDERLESS = Object.fromEntries(
  [
    ...["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"],
    ...["left", "left-mid", "mid", "mid-mid", "right", "right-mid", "middle"],
  ].map((name) => [name, ""]),
);

/** Standard input and output: results go to standard output, messages and questions to standard error. */
export class Terminal {
  /** The colors of standard output. */
  readonly colors: Colors;
  /** The colors of standard error. */
  readonly messageColors: Colors;
  /** Arguments that no message repeats. */
  private hidden: string[] = [];

  constructor(
    readonly input: InputStream,
    readonly output: OutputStream,
    readonly messages: OutputStream,
    env: NodeJS.ProcessEnv,
  ) {
    this.colors = pico.createColors(isColored(output, env));
    this.messageColors = pico.createColors(isColored(messages, env));
  }

  /** Whether questions can be asked. */
  get isInteractive(): boolean {
    return this.input.isTTY === true && this.messages.isTTY === true;
  }

  /** The width of standard output in columns. */
  get width(): number {
    return (this.output.isTTY && this.output.columns) || DEFAULT_WIDTH;
  }

  /** Writes a part of the result. */
  print(text: string): void {
    this.output.write(`${text}\n`);
  }

  /** Writes the result as one JSON value. */
  printJson(value: unknown): void {
    // SECURITY: JSON leaves characters unescaped that move the cursor or reverse text. A line break in a string is escaped.
    this.print(
      JSON.stringify(value, null, 2).replace(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
        Array.from({ length: character.length }, (_, unit) => escapedUnit(character.charCodeAt(unit))).join(""),
      ),
    );
  }

  /** Resolves when the result was written so far; rejects if a part of it could not be written. */
  written(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.output.write("", (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Writes a message. */
  note(text: string): void {
    this.messages.write(`${text}\n`);
  }

  /** Hides URLs in error messages: one may be that of a database, at a wrong place, with its password. */
  hideUrlsOf(args: readonly string[]): void {
    const values = args.flatMap((argument) => [argument, argument.replace(/^--[\w-]+=/, "")]);
    const urls = values.filter((value) => value.includes("://"));
    // The longest first: one could be a part of another.
    this.hidden = urls.flatMap((url) => [url, shown(url)]).sort((one, other) => other.length - one.length);
  }

  /** Returns an error message without what it must not repeat. */
  withoutHidden(text: string): string {
    return this.hidden.reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
  }

  /** Writes an error message. */
  error(text: string): void {
    this.note(`${this.messageColors.red("error:")} ${this.withoutHidden(text)}`);
  }

  /** Writes a table. `columnWidths` wrap the columns that they name; `null` fits a column to its content. */
  printTable(head: string[], rows: string[][], columnWidths: (number | null)[] = []): void {
    const wordWrap = columnWidths.length > 0;
    const all = head.length === 0 ? rows : [head.map((title) => this.colors.dim(title)), ...rows];
    // cli-table3 takes quadratic time, so that it formats parts, which get the widths of the widest one.
    const parts = Array.from({ length: Math.ceil(all.length / PART) }, (_, part) =>
      all.slice(part * PART, (part + 1) * PART),
    );
    const found = parts.length > 1 ? parts.map((part) => formatted(part, columnWidths, wordWrap).widths) : [];
    const widest = found.reduce<(number | null)[]>(
      (widths, part) => part.map((width, column) => Math.max(width ?? 0, widths[column] ?? 0)),
      columnWidths,
    );
    for (const part of parts) this.print(formatted(part, widest, wordWrap).text);
  }
}

/** Formats rows, and returns the widths of their columns. */
function formatted(
  rows: string[][],
  columnWidths: (number | null)[],
  wordWrap: boolean,
): { text: string; widths: (number | null)[] } {
  const table = new Table({
    chars: BORDERLESS,
    style: { "padding-left": 0, "padding-right": 2, head: [], border: [] },
    wordWrap,
    colWidths: [...columnWidths],
  });
  table.push(...rows);
  const lines = table.toString().split("\n");
  // toString() has filled in the widths.
  return { text: lines.map((line) => line.trimEnd()).join("\n"), widths: table.options.colWidths };
}

function escapedUnit(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}

/** Returns whether a stream gets colors: `NO_COLOR` forbids them, `FORCE_COLOR` demands them, a terminal has them. */
function isColored(stream: OutputStream, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== "0";
  return stream.isTTY === true && env.TERM !== "dumb";
}

/**
 * Returns a string that a terminal shows as it is.
 *
 * SECURITY: a title or an id may hold control characters that move the cursor, recolor text or reverse its direction.
 */
export function shown(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}
