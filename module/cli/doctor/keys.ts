import type { Diagnosis, KeyCount } from "../../diagnosis";
import { keysIn } from "../keys";
import { type Check, note, ok, problem } from "./check";

/** The schemes of secret keys that `@medusajs/api-key` cannot verify, in the order of the message. */
const NOT_OF_STOCK = ["argon2id", "sha256", "hmac-sha256"];

/** Checks how the keys are hashed. `hashKeys` are the ids of the option, if it is given. */
export function keyChecks({ keys, keysFailure }: Diagnosis, hashKeys: string[] | null): Check[] {
  if (keys === null) {
    return keysFailure === null
      ? []
      : [
          problem(
            "keys",
            `The keys cannot be counted: ${keysFailure}`,
            "Mend what is named above, or raise --timeout.",
          ),
        ];
  }
  return [schemes(keys), ...knownHashKeys(keys, hashKeys), stock(keys)];
}

function schemes(keys: KeyCount[]): Check {
  const secret = keys.filter(({ scheme }) => scheme !== "publishable");
  const names = [...new Set(secret.map(({ scheme }) => scheme))];
  const byScheme = names.map((name) => [name, liveOf(secret.filter(({ scheme }) => scheme === name))] as const);
  const counts = byScheme.filter(([, live]) => live > 0).map(([name, live]) => `${live} ${name}`);
  const publishable = liveOf(keys) - liveOf(secret);
  const ended = keys.reduce((sum, count) => sum + count.ended, 0);
  const message = `Live: ${liveOf(secret)} secret${counts.length > 0 ? ` (${counts.join(", ")})` : ""}, ${publishable} publishable. Ended: ${ended}.`;
  const unknown = liveOf(secret.filter(({ scheme }) => scheme === "unknown"));
  return unknown === 0
    ? ok("keys", message)
    : problem(
        "keys",
        `${message} The hashes of ${keysIn(unknown)} have a format that this version does not support.`,
        "Update the package; if that does not help, replace these keys.",
      );
}

function knownHashKeys(keys: KeyCount[], known: string[] | null): Check[] {
  const used = new Map<string, number>();
  for (const { hashKey, live } of keys) {
    if (hashKey !== null && live > 0) used.set(hashKey, (used.get(hashKey) ?? 0) + live);
  }
  if (known === null) {
    const ids = [...used.keys()].join(", ");
    return used.size === 0
      ? []
      : [
          note(
            "hash keys",
            `Live keys are hashed under the hash keys ${ids}. Whether the service has them is not known.`,
            "Give --options with the option hashKeys of the service to check them.",
          ),
        ];
  }
  const unknown = [...used].filter(([id]) => !known.includes(id)).map(([id, live]) => `${id} (${keysIn(live)})`);
  if (unknown.length > 0) {
    return [
      problem(
        "hash keys",
        `Live keys are rejected, because hashKeys lacks the hash keys of their hashes: ${unknown.join(", ")}.`,
        "Add these hash keys to hashKeys again, or replace the keys.",
      ),
    ];
  }
  // The first makes the hashes of new keys, so it may be needed before it is used.
  const unused = known.slice(1).filter((id) => !used.has(id));
  return [
    unused.length > 0
      ? note("hash keys", `No live key is hashed under ${unused.join(", ")}.`, "These hash keys can be removed.")
      : ok("hash keys", "hashKeys has the hash key of every live key."),
  ];
}

function stock(keys: KeyCount[]): Check {
  const secret = keys.filter(({ scheme }) => scheme !== "publishable");
  const counts = NOT_OF_STOCK.map(
    (name) => [name, liveOf(secret.filter(({ scheme, restricted }) => scheme === name && !restricted))] as const,
  );
  const restricted = liveOf(secret.filter((count) => count.restricted));
  const parts = [...counts, ["restricted", restricted] as const].filter(([, live]) => live > 0);
  if (parts.length === 0) {
    return ok("stock", "@medusajs/api-key can verify every live key.");
  }
  const total = parts.reduce((sum, [, live]) => sum + live, 0);
  return note(
    "stock",
    `@medusajs/api-key cannot verify ${keysIn(total)}: ${parts.map(([name, live]) => `${live} ${name}`).join(", ")}.`,
    "Only before a return to it: create its keys with --hashing scrypt and without restrictions.",
  );
}

function liveOf(counts: KeyCount[]): number {
  return counts.reduce((sum, { live }) => sum + live, 0);
}
