import type { ApiKey } from "../../index";

/** What a guard demands of a key. */
export interface GuardDemand {
  /** The scopes that the key must have, all of them. */
  scopes?: string[];
  /** The address from which the key is used. */
  ip?: string;
  /** The type of the owner that the key must have. */
  owner_type?: string;
}

/** The result of `verify`, as far as guards read it. */
export type GuardVerification = { valid: true; key: ApiKey } | { valid: false; reason: string };

/** The part of the service that guards call: an `ApiKeyModuleService`, or an object with the same `verify`. */
export interface ApiKeyVerifier {
  /** Verifies a token; rejects if the database cannot be asked. */
  verify(token: string, demand?: GuardDemand): Promise<GuardVerification>;
}
