import { ofFailure } from "./errors";
import type { KeyRow } from "./generated/columns";

/** Why a call failed. */
export interface Failure {
  /** One of the values of `MedusaError.Types`. */
  type: string;
  /** What went wrong, without secrets. */
  message: string;
  /** The database's own code, if it gave one. */
  sqlstate?: string;
  /** Set for a write that may have taken effect. */
  outcome?: "unknown";
}

/** What a call comes to. Failures are values, because an addon's own errors fail `instanceof Error` inside Jest. */
export type Outcome<T> = { value: T; failure?: undefined } | { failure: Failure };

/** What a write did; the ids are in the order in which events name them. */
export interface Written {
  keys: KeyRow[];
  created: string[];
  updated: string[];
  deleted: string[];
}

/** A key and its successor. */
export interface Rolled {
  revoked: KeyRow;
  created: KeyRow;
}

/** The value of a call, whose outcome Rust resolves to as JSON text; throws its failure. */
export async function unwrap<T>(call: Promise<string>): Promise<T> {
  // A use case resolves to its failures. Only a panic rejects, with an error of another realm.
  const text = await call.catch(() => "");
  const outcome: Outcome<T> = text === "" ? { failure: defect() } : JSON.parse(text);
  if (outcome.failure !== undefined) {
    throw ofFailure(outcome.failure);
  }
  return outcome.value;
}

/** The failure of a call that the native part could not finish. */
export function defect(): Failure {
  return { type: "unexpected_state", message: "The native part of medusa-api-key-native has a defect." };
}
