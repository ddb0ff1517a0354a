import crypto from "node:crypto";

/**
 * The time and randomness of a call. Both are read when the call is made, so that fake timers and spies on
 * `crypto.randomBytes` determine the written values.
 */

const TOKEN_BYTES = 32;
const SALT_BYTES = 16;
const ID_BYTES = 10;

/** The current time, in milliseconds since 1970. */
export function now(): number {
  // Stock 2.21.2: a replaced `Date.now` has no effect.
  return new Date().getTime();
}

/** The randomness to create these keys: each token with its salt, then each id. */
// Stock 2.21.2: every type except publishable gets a salt, even if the type is then rejected.
export function entropyToCreate(keys: readonly unknown[]): Uint8Array[] {
  const tokens = keys.flatMap((key) =>
    member(key, "type") === "publishable" ? [random(TOKEN_BYTES)] : [random(TOKEN_BYTES), random(SALT_BYTES)],
  );
  return [...tokens, ...keys.map(() => random(ID_BYTES))];
}

/** The randomness for an upsert: keys with an id are not created. */
export function entropyToUpsert(keys: readonly unknown[]): Uint8Array[] {
  return entropyToCreate(keys.filter((key) => !member(key, "id")));
}

/** The randomness for a roll: the type of the new key is unknown until the old one is read. */
export function entropyToRoll(): Uint8Array[] {
  return [random(TOKEN_BYTES), random(SALT_BYTES), random(ID_BYTES)];
}

/** The randomness to create keys whose tokens are given: for each the salt, then the id, in one chunk. */
export function entropyToDeclare(keys: readonly unknown[]): Uint8Array[] {
  return [random(keys.length * (SALT_BYTES + ID_BYTES))];
}

function random(bytes: number): Uint8Array {
  return crypto.randomBytes(bytes);
}

function member(value: unknown, name: string): unknown {
  return (value as Record<string, unknown> | null | undefined)?.[name];
}
