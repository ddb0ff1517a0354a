/** What `ping()` finds. */
export interface ApiKeyModuleHealth {
  /** Whether keys can be verified now: no problem has the severity `error`. */
  ok: boolean;
  /** How long the check took, in milliseconds. */
  latencyMs: number;
  /** What is wrong, the gravest first; empty if nothing is. No value contains a token, a hash or SQL. */
  problems: ApiKeyModuleProblem[];
}

/** Something that is wrong with a service. */
export interface ApiKeyModuleProblem {
  /** `error`: keys cannot be verified. `warning`: they can; something else fails, or takes longer. */
  severity: "error" | "warning";
  /** What programs recognize the problem by. */
  code: ApiKeyModuleProblemCode;
  /** What is wrong. */
  message: string;
  /** What to do about it. */
  remedy: string;
}

/**
 * What is wrong: the service is `closed`; the database is `unreachable`, or `timed_out` within `callTimeout`; its table is
 * missing (`table_missing`) or older than this version (`table_outdated`); the role lacks a privilege (`forbidden`); writes
 * are impossible (`read_only`, `replica`); too many tokens wait to be hashed (`overloaded`); every answer is read although
 * `maxStaleness` is set (`lease_not_held`, `pooler`); tokens are rejected because `hashKeys` lacks a key
 * (`hash_keys_unknown`); another failure (`failed`).
 */
export type ApiKeyModuleProblemCode =
  | "closed"
  | "unreachable"
  | "timed_out"
  | "table_missing"
  | "table_outdated"
  | "forbidden"
  | "read_only"
  | "replica"
  | "overloaded"
  | "lease_not_held"
  | "pooler"
  | "hash_keys_unknown"
  | "failed";
