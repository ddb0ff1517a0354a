/** How the service connects, hashes and sets itself up. Every option may be left out. */
export interface ApiKeyModuleOptions {
  /**
   * The database: `sqlite:path/to/file.db`, `sqlite::memory:` or `postgres://user:password@host:5432/name`.
   * Default: standalone `sqlite:api-keys.db` in the working directory, when the option is left out; `undefined` is rejected. In
   * Medusa: Medusa's own database.
   */
  databaseUrl?: string;
  /** The PostgreSQL schema that holds the table `api_key`. Default: the first of the server's search path; in Medusa, Medusa's. */
  schema?: string;
  /** TLS to PostgreSQL. Default: what `sslmode` in the URL says; in Medusa, Medusa's setting. */
  ssl?: boolean | TlsOptions;
  /** The database connections that the service may hold. In Medusa: Medusa's setting. */
  pool?: PoolOptions;
  /**
   * How long a call may take, in milliseconds: 100 to 3,600,000. It covers queues, connecting, statements and second attempts
   * together; `migrate()` alone may take longer. Default: 10000.
   */
  callTimeout?: number;
  /**
   * PostgreSQL: which pooler stands between. By default a pooler is recognized by itself and taken for one in transaction
   * mode: statements have no names, nothing listens, and `maxStaleness` has no effect. `"session"`: each client keeps its
   * server session, so everything works. `"transaction"`: as recognized.
   */
  pooler?: "session" | "transaction";
  /**
   * PostgreSQL: whether a hot standby may answer. Its answers are as old as the replica, so a revoked key may be accepted for
   * that long; writes fail. Default: `false`, a standby is refused.
   */
  replica?: boolean;
  /**
   * Whether the table is created or brought up to date on first use. Default: standalone `true`; in Medusa `false`, as
   * `medusa db:migrate` does it.
   */
  migrate?: boolean;
  /**
   * PostgreSQL: for how many milliseconds an answer of `authenticate`, and of the lookup of a publishable token, may be
   * out of date: 10 to 3,600,000. Answers then come from memory while it is certain that every change is heard of within
   * that time, and from the database otherwise. Default: `false`, every answer is read from the database.
   *
   * On SQLite answers come from memory in any case, and are never out of date.
   */
  maxStaleness?: number | false;
  /**
   * How new secret tokens are hashed. Keys of both kinds are verified, whatever this says. Default: `argon2id`;
   * `scrypt` writes rows that `@medusajs/api-key` can verify too.
   */
  hashing?: "argon2id" | "scrypt";
  /**
   * Whether a key whose hash is of another scheme or cost than new ones get is hashed anew when its token is next used, in
   * the background and with the salt that it has. Services on one table should agree on `hashing` and `argon2` then.
   * Default: `false`.
   */
  rehash?: boolean;
  /** The cost of argon2id. */
  argon2?: Argon2Options;
  /**
   * How many tokens are hashed at a time, on threads that give way to all others of the process where the system knows such
   * threads. Default: the number of processor cores on Linux; elsewhere one less, at least 1.
   */
  hashConcurrency?: number;
  /** How many tokens may wait to be hashed before calls fail with `unexpected_state`. Default: 1000. */
  hashQueueLimit?: number;
  /**
   * For how many milliseconds a key's `last_used_at` is not written again. A first use is written within a second. Default:
   * 60000; `false`: never written, as in Medusa's own module.
   */
  lastUsedInterval?: number | false;
}

/** How the server's identity is checked. */
export interface TlsOptions {
  /** Whether a certificate that cannot be verified ends the connection. Default: `true`. */
  rejectUnauthorized?: boolean;
  /** A certificate authority to trust beside the public ones, as PEM text. */
  ca?: string;
  /** The client's certificate, as PEM text. */
  cert?: string;
  /** The client's private key, as PEM text. */
  key?: string;
}

/** How many database connections, and for how long. */
export interface PoolOptions {
  /** How many connections are kept open. Default: 0. */
  min?: number;
  /** How many connections at most. Default: 10. */
  max?: number;
  /** How many milliseconds a call waits for a connection before it fails with `database_error`. Default: 10000. */
  acquireTimeoutMs?: number;
  /** After how many idle milliseconds a connection is closed. Default: 600000 (ten minutes). */
  idleTimeoutMs?: number;
}

/** The cost of argon2id; the defaults are OWASP's minimum (Password Storage Cheat Sheet). */
export interface Argon2Options {
  /** Memory in KiB. Default: 19456 (19 MiB). */
  memoryKib?: number;
  /** Passes over the memory. Default: 2. */
  iterations?: number;
  /** Lanes. Default: 1. */
  parallelism?: number;
}
