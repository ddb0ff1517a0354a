import { ofFailure } from "./errors";
import type { KeyRow } from "./generated/columns";
import type { DeclaredApiKey, RedemptionRefusal } from "./types";

/** Why a call failed. */
export interface Failure {
  /** One of the values of `MedusaError.Types`. */
  type: string;
  /** What went wrong, without secrets. */
  message: string;
  /** PostgreSQL's SQLSTATE, if it sent one. */
  sqlstate?: string;
  /** Set for a write that may have taken effect. */
  outcome?: "unknown";
}

/** The outcome of a call. Failures are values, because an addon's own errors fail `instanceof Error` inside Jest. */
export type Outcome<T> = { value: T; failure?: undefined } | { failure: Failure };

/** The result of a write; the ids are in the order of their events. */
export interface Written {
  keys: KeyRow[];
  created: string[];
  updated: string[];
  /** The ids of those updated keys that a new key ended. */
  superseded: string[];
  deleted: string[];
}

/** The result of declaring keys: each key with what became of it. */
export interface Declared {
  keys: KeyRow[];
  elements: Omit<DeclaredApiKey, "key">[];
}

/** The result of a redemption: the key, or the reason against it. */
export type Redeemed =
  | { key: KeyRow; reason?: undefined }
  | { key?: undefined; reason: RedemptionRefusal; keyId: string | null };

/** Whether a redemption was refused. */
// SECURITY: a member of a polluted `Object.prototype` must not become the key.
export function isRefusedRedemption(redeemed: Redeemed): redeemed is Exclude<Redeemed, { key: KeyRow }> {
  return !Object.hasOwn(redeemed, "key");
}

/** The result of a pruning: the ids of the deleted keys, their number, and whether more are due. */
export interface Pruned {
  ids: string[];
  deleted: number;
  more: boolean;
}

/** A key and its replacement. */
export interface Rolled {
  revoked: KeyRow;
  created: KeyRow;
}

/** Returns the value of a call, or throws its failure. The promise resolves to the outcome as JSON. */
export async function unwrap<T>(call: Promise<string | string[]>): Promise<T> {
  // A use case resolves even if it fails. Only a panic rejects, with an error of another realm.
  const text = await call.catch(() => "");
  const outcome: Outcome<T> = text === "" ? { failure: defect() } : parse(text);
  if (isFailed(outcome)) {
    throw ofFailure(outcome.failure);
  }
  return outcome.value;
}

function isFailed<T>(outcome: Outcome<T>): outcome is { failure: Failure } {
  return Object.hasOwn(outcome, "failure");
}

/** An outcome in one string, or in several: without its keys, followed by lists of its keys. */
function parse<T>(text: string | string[]): Outcome<T> {
  if (typeof text === "string") {
    return JSON.parse(text);
  }
  const [head = "", ...lists] = text;
  const outcome = JSON.parse(head);
  outcome.value.keys = lists.flatMap((list): KeyRow[] => JSON.parse(list));
  return outcome;
}

/** The failure of a call that the native part could not finish. */
export function defect(): Failure {
  return { type: "unexpected_state", message: "The native part of medusa-api-key-native has a defect." };
}
