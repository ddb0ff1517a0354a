import type { Failure } from "./outcome";

/** What kind of failure an error is; values of `MedusaError.Types`, from which Medusa derives the HTTP status. */
export type ApiKeyErrorType =
  | "invalid_data"
  | "invalid_argument"
  | "not_found"
  | "not_allowed"
  | "database_error"
  | "unexpected_state";

/**
 * What every method rejects with, and the constructor throws. It has the shape of Medusa's `MedusaError`
 * (`MedusaError.isMedusaError(error)` is true) without depending on Medusa.
 *
 * | type | meaning |
 * |---|---|
 * | `invalid_data` | an argument cannot be used; the message names it, nothing was written |
 * | `invalid_argument` | an option of the constructor cannot be used |
 * | `not_found` | there is no such key |
 * | `not_allowed` | a key that is not revoked cannot be deleted |
 * | `database_error` | the database is unreachable, refused, or lacks the table |
 * | `unexpected_state` | the service is closed or overloaded, or has a defect |
 */
export class ApiKeyError extends Error {
  /** Marks the error as Medusa's. */
  declare readonly __isMedusaError: true;
  /** What kind of failure it is. */
  declare readonly type: ApiKeyErrorType;
  /** Always `undefined`; the key is there because Medusa's own errors have it. */
  declare readonly code: undefined;
  /** When it happened. */
  declare readonly date: Date;
  /** PostgreSQL's SQLSTATE. Absent for other failures, and on SQLite, whose messages say in words what is wrong. */
  declare readonly sqlstate?: string;
  /**
   * `"unknown"` for a write whose answer was cut off, where it could not be found out before `callTimeout` whether it took
   * effect: look before you repeat it. Absent otherwise; then a call that rejects has written nothing.
   */
  declare readonly outcome?: "unknown";

  /** An error of Medusa's shape. */
  constructor(type: ApiKeyErrorType, message: string, sqlstate?: string, outcome?: "unknown") {
    super();
    // Assigned in this order and way, the keys are the ones of Medusa's own errors.
    const own = { __isMedusaError: true, type, code: undefined, message, date: new Date() };
    Object.assign(this, own, sqlstate === undefined ? {} : { sqlstate }, outcome === undefined ? {} : { outcome });
    Error.captureStackTrace(this, ApiKeyError);
  }
}

/** The error that a failure of the native part becomes. */
export function ofFailure({ type, message, sqlstate, outcome }: Failure): ApiKeyError {
  return new ApiKeyError(type as ApiKeyErrorType, message, sqlstate, outcome);
}
