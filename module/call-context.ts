import crypto from "node:crypto";

/**
 * The time and randomness of a call. Both are looked up when the call is made, so that fake timers and spies on
 * `crypto.randomBytes` govern what is written.
 */

const TOKEN_BYTES = 32;
const SALT_BYTES = 16;
const ID_BYTES = 10;

/** The present, in milliseconds since 1970. */
export function now(): number {
  // Stock 2.21.2: `Date.now` has no say in it.
  return new Date().getTime();
}

/** What the creation of these keys consumes: every token with its salt, and then every id. */
// Stock 2.21.2: whatever is not publishable is salted, even if its type is then refused.
export function entropyToCreate(keys: readonly unknown[]): Uint8Array[] {
  const tokens = keys.flatMap((key) =>
    member(key, "type") === "publishable" ? [random(TOKEN_BYTES)] : [random(TOKEN_BYTES), random(SALT_BYTES)],
  );
  return [...tokens, ...keys.map(() => random(ID_BYTES))];
}

/** What an upsert consumes: keys that have an id are not created. */
export function entropyToUpsert(keys: readonly unknown[]): Uint8Array[] {
  return entropyToCreate(keys.filter((key) => !member(key, "id")));
}

/** What a roll consumes: the type of the new key is not known before the old one is read. */
export function entropyToRoll(): Uint8Array[] {
  return [random(TOKEN_BYTES), random(SALT_BYTES), random(ID_BYTES)];
}

function random(bytes: number): Uint8Array {
  return crypto.randomBytes(bytes);
}

function member(value: unknown, name: string): unknown {
  return (value as Record<string, unknown> | null | undefined)?.[name];
}
