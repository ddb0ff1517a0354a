import type { Failure } from "./outcome";

/** The type of an error: a value of `MedusaError.Types`, from which Medusa derives the HTTP status. */
export type ApiKeyErrorType =
  | "invalid_data"
  | "invalid_argument"
  | "not_found"
  | "not_allowed"
  | "database_error"
  | "unexpected_state";

/**
 * The error that every method rejects with and the constructor throws. It has the shape of Medusa's `MedusaError`
 * (`MedusaError.isMedusaError(error)` is true) without depending on Medusa.
 *
 * | type | meaning |
 * |---|---|
 * | `invalid_data` | an argument is invalid; the message names it, nothing was written |
 * | `invalid_argument` | an option of the constructor is invalid |
 * | `not_found` | the key does not exist |
 * | `not_allowed` | a key that is not revoked cannot be deleted |
 * | `database_error` | the database is unreachable, rejected the call, or lacks the table |
 * | `unexpected_state` | the service is closed or overloaded, or has a defect |
 */
export class ApiKeyError extends Error {
  /** Marks the error as Medusa's. */
  declare readonly __isMedusaError: true;
  /** The type of the error. */
  declare readonly type: ApiKeyErrorType;
  /** Always `undefined`; the key exists because Medusa's own errors have it. */
  declare readonly code: undefined;
  /** When it happened. */
  declare readonly date: Date;
  /** PostgreSQL's SQLSTATE. Absent for other errors, and on SQLite, whose messages describe the problem. */
  declare readonly sqlstate?: string;
  /**
   * `"unknown"` for a write whose response was lost, if its outcome could not be looked up within `callTimeout`: check
   * whether it took effect before you retry it. Absent otherwise; a call that rejects has then written nothing.
   */
  declare readonly outcome?: "unknown";

  /** Creates an error of Medusa's shape. */
  constructor(type: ApiKeyErrorType, message: string, sqlstate?: string, outcome?: "unknown") {
    super();
    // Assigned in this order and way, the keys equal those of Medusa's own errors.
    const own = { __isMedusaError: true, type, code: undefined, message, date: new Date() };
    Object.assign(this, own, sqlstate === undefined ? {} : { sqlstate }, outcome === undefined ? {} : { outcome });
    Error.captureStackTrace(this, ApiKeyError);
  }
}

/** Converts a failure of the native part to an error. */
export function ofFailure({ type, message, sqlstate, outcome }: Failure): ApiKeyError {
  return new ApiKeyError(type as ApiKeyErrorType, message, sqlstate, outcome);
}

/** Returns the name of a caller's member, safe for a message: hidden if it is longer than a name, or begins like a token. */
export function shownName(name: string): string {
  return name.length > 32 || /\b[sp]k_/.test(name) ? "***" : name;
}
