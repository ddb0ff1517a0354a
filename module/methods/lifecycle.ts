import type { ApiKeyModuleHealth } from "../health";
import type { ApiKeyModuleStatus } from "../status";

declare global {
  interface SymbolConstructor {
    /** As in TypeScript's library `esnext.disposable`, which a program may not include. */
    readonly asyncDispose: unique symbol;
  }
}

/** The methods about the service itself. */
export interface LifecycleMethods {
  /**
   * Returns the state of the service: the source of its answers, and its queues and counters. Reads no database.
   *
   * @returns The state; also after `close`.
   *
   * @example
   * const { hashing } = await keys.status()
   * console.log(`${hashing.waiting} of at most ${hashing.queueLimit} tokens are waiting to be hashed`)
   */
  status(): Promise<ApiKeyModuleStatus>;

  /**
   * Checks whether keys can be verified now, and says what is wrong and what to do, for health checks. Reads the table as
   * `authenticate` does; on SQLite it takes the file's write lock for a moment.
   *
   * Resolves within `callTimeout`, also if the database is unreachable or the service is closed.
   *
   * @returns Whether keys can be verified, and the problems.
   *
   * @example
   * const { ok, problems } = await keys.ping()
   * console.log(ok ? "keys can be verified" : "keys cannot be verified")
   * for (const { message, remedy } of problems) {
   *   console.log(`${message}; ${remedy}`)
   * }
   */
  ping(): Promise<ApiKeyModuleHealth>;

  /**
   * Creates the table, or migrates it to this version. Needed only with the option `migrate: false`; in Medusa, run
   * `medusa db:migrate` instead.
   *
   * @throws ApiKeyError `database_error` if the database is unreachable or rejects a statement.
   *
   * @example
   * await keys.migrate()
   */
  migrate(): Promise<void>;

  /**
   * Writes pending `last_used_at` times, waits for running statements and closes the connections.
   *
   * Every later call except `status` rejects with `unexpected_state`, and so does a call that is still hashing. A service
   * that is garbage-collected without `close` is closed then.
   *
   * @example
   * await keys.close()
   */
  close(): Promise<void>;

  /**
   * Closes the service at the end of an `await using` declaration; the same as `close`.
   *
   * @example
   * await using keys = new ApiKeyModuleService()
   */
  [Symbol.asyncDispose](): Promise<void>;
}
