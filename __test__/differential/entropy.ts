// One seed gives both sides the same randomness, so that even tokens, hashes and ids come out equal.

import crypto from "node:crypto";

const ID_BYTES = 10;
const ID_SYMBOLS = 16;
const { randomBytes } = crypto;

/** What one side draws during one call. */
interface Draws {
  [kind: string]: number;
}

/** Answers `crypto.randomBytes` while a call runs. */
export class Entropy {
  private draws: Draws = {};
  private call = "";
  private unnamed: number[] = [];

  constructor(private readonly seed: number) {}

  /**
   * Prepares one side's call. `unnamed` are the positions of the keys that come without an id: stock draws for those only.
   */
  begin(call: number, unnamed: number[]): void {
    this.draws = {};
    this.call = `${this.seed}/${call}`;
    this.unnamed = unnamed;
  }

  install(): void {
    crypto.randomBytes = ((size: number) => this.draw(size)) as typeof randomBytes;
  }

  uninstall(): void {
    crypto.randomBytes = randomBytes;
  }

  private draw(size: number): Buffer {
    if (size === 32 || size === 16) return this.bytes(`${size}`, this.next(`${size}`)).subarray(0, size);
    if (size === ID_BYTES) return this.id(this.next("id"));
    if (size === 1) return this.symbol(this.next("symbol"));
    // A database driver's own.
    return randomBytes(size);
  }

  /** The bits of an id after its time, with those that a UUID v7 fixes already as it fixes them. */
  private id(position: number): Buffer {
    const bits = this.bytes("id", position).subarray(0, ID_BYTES);
    bits[0] = 0x70 | ((bits[0] ?? 0) & 0x0f);
    bits[2] = 0x80 | ((bits[2] ?? 0) & 0x3f);
    return bits;
  }

  /** The byte from which stock's ulid makes the symbol of the same bits. It draws the last symbol first. */
  private symbol(draw: number): Buffer {
    const position = this.unnamed[Math.floor(draw / ID_SYMBOLS)] ?? 0;
    const bits = BigInt(`0x${this.id(position).toString("hex")}`);
    const symbol = Number((bits >> BigInt(5 * (draw % ID_SYMBOLS))) & 31n);
    return Buffer.of(Math.ceil((symbol * 255) / 32));
  }

  private next(kind: string): number {
    const draw = this.draws[kind] ?? 0;
    this.draws[kind] = draw + 1;
    return draw;
  }

  private bytes(kind: string, number: number): Buffer {
    return crypto.createHash("sha256").update(`${this.call}/${kind}/${number}`).digest();
  }
}
