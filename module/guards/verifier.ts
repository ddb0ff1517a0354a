import type { ApiKeyDemand, Verification } from "../../index";

/** The part of the service that guards call: an `ApiKeyModuleService`, or an object with the same `verify`. */
export interface ApiKeyVerifier {
  /** Verifies a token; rejects if the database cannot be asked. */
  verify(token: string, demand?: ApiKeyDemand): Promise<Verification>;
}
