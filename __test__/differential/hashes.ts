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

/** Argon2id on the right and scrypt on the left: of the hashes no more is compared than that they are there. */
export const HASHED_OTHERWISE: Deviation = {
  name: "M6",
  applies: () => true,
  expected: (outcome) => unhashed(outcome, /^[0-9a-f]{128}$/),
  came: (outcome) => unhashed(outcome, /^\$argon2id\$v=19\$m=8,t=1,p=1\$[\w+/]{22}\$[\w+/]{43}$/),
};

function unhashed(outcome: Outcome, form: RegExp): Outcome {
  const table = outcome.table.map((row) =>
    row.type === "secret" && form.test(row.token) ? { ...row, token: "(a hash of its kind)" } : row,
  );
  return { ...outcome, table };
}
