/** How the service connects, hashes and migrates. Every option is optional. */
export interface ApiKeyModuleOptions {
  /**
   * The database: `sqlite:path/to/file.db`, `sqlite::memory:` or `postgres://user:password@host:5432/name`.
   * Default: standalone `sqlite:api-keys.db` in the working directory, if the option is missing; an explicit `undefined` is
   * rejected. In Medusa: Medusa's own database.
   */
  databaseUrl?: string;
  /** The PostgreSQL schema of the table `api_key`. Default: the first of the server's search path; in Medusa, Medusa's. */
  schema?: string;
  /** TLS to PostgreSQL. Default: the `sslmode` of the URL; in Medusa, Medusa's setting. */
  ssl?: boolean | TlsOptions;
  /** The connection pool. Default in Medusa: Medusa's setting. */
  pool?: PoolOptions;
  /**
   * The timeout of a call in milliseconds, 100 to 3,600,000. It includes queues, connecting, statements and retries; only
   * `migrate()` may take longer. Default: 10000.
   */
  callTimeout?: number;
  /**
   * PostgreSQL: the mode of the pooler in front of the server. By default a pooler is detected and assumed to be in
   * transaction mode: statements are unnamed, changes are not listened for, and `maxStaleness` has no effect. `"session"`:
   * each client keeps its server session, so everything works. `"transaction"`: the same as a detected pooler.
   */
  pooler?: "session" | "transaction";
  /**
   * PostgreSQL: whether the server may be a hot standby. Its answers are as old as the replica, so a revoked key may be
   * accepted for that long; writes fail. Default: `false`, a standby is rejected.
   */
  replica?: boolean;
  /**
   * Whether the first use creates or migrates the table. Default: standalone `true`; in Medusa `false`, because
   * `medusa db:migrate` does it.
   */
  migrate?: boolean;
  /**
   * PostgreSQL: how old an answer of `authenticate`, and of the lookup of a publishable token, may be, in milliseconds:
   * 10 to 3,600,000. Answers then come from a cache while the service is certain to be notified of every change within that
   * time, and otherwise from the database. Default: `false`, every answer is read from the database.
   *
   * On SQLite, answers always come from a cache and are never out of date.
   */
  maxStaleness?: number | false;
  /**
   * The form of new tokens. Tokens of every other form stay valid, also when it changes. Default: `sk_` or `pk_` and 64
   * hexadecimal digits.
   */
  token?: TokenOptions;
  /**
   * How new secret tokens are hashed. Existing hashes of all schemes are always verified. `argon2id`: slow, and verified
   * once per token and process. `scrypt`: as slow; `@medusajs/api-key` can verify these rows, too. `sha256`: fast, for
   * tokens that are random; with `hashKeys`, HMAC-SHA-256. Default: `argon2id`.
   */
  hashing?: "argon2id" | "scrypt" | "sha256";
  /**
   * The keys of `sha256` hashes, at most 32: the first makes new hashes, all verify. They must not be in the database.
   * Tokens that were hashed with a key that is not in the list are rejected, and `status().unknownHashKeys` counts them.
   * With another `hashing`, the keys only verify. Default: none, and `sha256` hashes have no key.
   */
  hashKeys?: readonly HashKey[];
  /**
   * Whether keys whose hash has another scheme, cost or hash key than new ones are rehashed on their next successful use,
   * in the background and with the same salt. Services on the same table should then have the same `hashing`, `hashKeys`
   * and `argon2`. Default: `false`.
   */
  rehash?: boolean;
  /** The cost of argon2id. */
  argon2?: Argon2Options;
  /**
   * The number of tokens that are hashed in parallel, on low-priority threads where the system supports them. Default: the
   * number of processor cores on Linux; elsewhere one less, at least 1.
   */
  hashConcurrency?: number;
  /** The number of tokens that may wait to be hashed; further calls fail with `unexpected_state`. Default: 1000. */
  hashQueueLimit?: number;
  /**
   * The shortest time between two writes of a key's `last_used_at`, in milliseconds. A first use is written within a second.
   * Default: 60000; `false`: never written, as in Medusa's own module.
   */
  lastUsedInterval?: number | false;
}

/** The form of new tokens. */
export interface TokenOptions {
  /**
   * A name in the tokens, by which people and secret scanners recognize them: 1 to 16 lowercase letters and digits. New
   * tokens are `sk_<brand>_` or `pk_<brand>_` and 49 letters and digits, the last 6 of which are a checksum; a token of
   * this form with another checksum is rejected without a read. Default: none.
   */
  brand?: string;
}

/** How the server is verified, and what the client presents. */
export interface TlsOptions {
  /** Whether servers without a valid certificate are rejected. Default: `true`. */
  rejectUnauthorized?: boolean;
  /** A certificate authority to trust in addition to the public ones, in PEM format. */
  ca?: string;
  /** The client's certificate, in PEM format. */
  cert?: string;
  /** The client's private key, in PEM format. */
  key?: string;
}

/** The connection pool: its size and timeouts. */
export interface PoolOptions {
  /** The number of connections that are kept open. Default: 0. */
  min?: number;
  /** The maximum number of connections. Default: 10. */
  max?: number;
  /** The time a call waits for a connection before it fails with `database_error`, in milliseconds. Default: 10000. */
  acquireTimeoutMs?: number;
  /** The time after which an idle connection is closed, in milliseconds. Default: 600000 (ten minutes). */
  idleTimeoutMs?: number;
}

/** A key of `sha256` hashes. */
export interface HashKey {
  /** Its name in the hashes that it makes: 1 to 32 letters, digits, dots, underscores and hyphens. Never reuse one. */
  id: string;
  /** 32 to 1,024 random bytes, in hex, base64 or base64url, or as a Buffer: `openssl rand -hex 32`. */
  secret: string | Uint8Array;
}

/** The cost of argon2id. The defaults are OWASP's minimum (Password Storage Cheat Sheet). */
export interface Argon2Options {
  /** Memory in KiB. Default: 19456 (19 MiB). */
  memoryKib?: number;
  /** Passes over the memory. Default: 2. */
  iterations?: number;
  /** Lanes. Default: 1. */
  parallelism?: number;
}

/** The names of all options. The compiler rejects a name that is missing here or not in the type. */
export const OPTION_NAMES = namesOf<ApiKeyModuleOptions>({
  databaseUrl: true,
  schema: true,
  ssl: true,
  pool: true,
  callTimeout: true,
  pooler: true,
  replica: true,
  migrate: true,
  maxStaleness: true,
  token: true,
  hashing: true,
  hashKeys: true,
  rehash: true,
  argon2: true,
  hashConcurrency: true,
  hashQueueLimit: true,
  lastUsedInterval: true,
});

/** The names of the options of `ssl`. */
export const TLS_OPTION_NAMES = namesOf<TlsOptions>({ rejectUnauthorized: true, ca: true, cert: true, key: true });

function namesOf<Options>(names: Record<keyof Options, true>): (keyof Options)[] {
  return Object.keys(names) as (keyof Options)[];
}
