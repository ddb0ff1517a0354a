// The cost of deriving a hash, which is most of what a history of secret keys costs.

import crypto from "node:crypto";
import type { Deviation } from "./plan";
import type { Outcome } from "./side";

const LEAST = { N: 2, r: 1, p: 1 };
const { scrypt } = crypto;
let cheap = false;

/** Lets stock's derivations be made cheap. To be called before stock is loaded: it keeps the function that it finds then. */
export function intercept(): void {
  crypto.scrypt = ((password, salt, length, answer) =>
    scrypt(password, salt, length, cheap ? LEAST : {}, answer as () => void)) as typeof scrypt;
}

/** Runs with derivations on stock's side that cost next to nothing. */
export async function withCheapHashes<Value>(run: () => Promise<Value>): Promise<Value> {
  cheap = true;
  try {
    return await run();
  } finally {
    cheap = false;
  }
}

/** This package's cheapest hashes. */
export const CHEAP = { argon2: { memoryKib: 8, iterations: 1, parallelism: 1 } };

/** The scheme sha256 under a hash key. */
export const KEYED = { hashing: "sha256", hashKeys: [{ id: "2026-11", secret: "07".repeat(32) }] };

/** Another scheme than stock's on the right: of the hashes no more is compared than that they are there. */
const hashedOtherwise = (name: string, form: RegExp): Deviation => ({
  name,
  applies: () => true,
  expected: (outcome) => unhashed(outcome, /^[0-9a-f]{128}$/),
  came: (outcome) => unhashed(outcome, form),
});

/** Hashes with the options CHEAP. */
export const HASHED_OTHERWISE = hashedOtherwise("M6", /^\$argon2id\$v=19\$m=8,t=1,p=1\$[\w+/]{22}\$[\w+/]{43}$/);

/** Hashes with the options KEYED. */
export const HASHED_UNDER_A_KEY = hashedOtherwise("M9", /^\$hmac-sha256\$k=2026-11\$[0-9a-f]{64}$/);

function unhashed(outcome: Outcome, form: RegExp): Outcome {
  const table = outcome.table.map((row) =>
    row.type === "secret" && form.test(row.token) ? { ...row, token: "(a hash of its kind)" } : row,
  );
  return { ...outcome, table };
}
