import { AsyncLocalStorage } from "node:async_hooks";
import type { ApiKey } from "./types";

/** A key as the types of the package declare it, which are generated from those of this folder. */
type AdmittedKey = Pick<ApiKey, "id">;

/** The permission that a guard gives to one request: to use one restricted key for what the guard demands of it. */
export interface Admission {
  /** The token that the request presents. */
  readonly token: string;
  /** Whether the response is not sent yet. */
  open: boolean;
  /** Verifies the token with the guard's demand. Returns the key, restricted or not, or `null`. */
  verify(): Promise<AdmittedKey | null>;
}

/**
 * The requests that a guard admits with restricted keys.
 *
 * Invariant: `authenticate` returns a restricted key only during a request that presents its token to a guard, and only
 * if the key satisfies what the guard demands of that request. There is no mode of the service or of the process.
 */
export class Admissions {
  readonly #storage = new AsyncLocalStorage<Admission>();

  /** Calls a function, in which and after which `authenticate` may return the key of the admission. */
  run<Result>(admission: Admission, authenticate: () => Result): Result {
    return this.#storage.run(admission, authenticate);
  }

  /** Returns the admission of the current request, if it is one with this token. */
  of(token: string): Admission | null {
    const admission = this.#storage.getStore();
    return admission?.open && admission.token === token ? admission : null;
  }
}
