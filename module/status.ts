/**
 * The status of a service, as `status()` returns it. Counts start at the construction of the service; no value identifies
 * a key.
 */
export interface ApiKeyModuleStatus {
  /**
   * Where answers of `authenticate` and of the lookup of a publishable token come from. `strict`: from the database, each
   * from a read that began after the call. `leased`: from the cache while the lease is held, otherwise as `strict`.
   * `watched`: from the cache while the SQLite database is unchanged, which is checked before each answer.
   */
  answers: "strict" | "leased" | "watched";
  /** The lease; `null` without the option `maxStaleness`. */
  lease: LeaseStatus | null;
  /** The reads that concurrent calls share on PostgreSQL; `null` on SQLite and before the first call. */
  readBatcher: ReadBatcherStatus | null;
  /** Whether the server is a hot standby, so that answers are as old as the replica (option `replica`). */
  replica: boolean;
  /** Whether a pooler shares server sessions between clients, transaction by transaction. */
  pooler: boolean;
  /** The cache. */
  memory: {
    /** The number of cached keys. */
    keys: number;
    /** The number of answers from the cache. */
    hits: number;
  };
  /** Derivations of slow hashes (argon2id, scrypt). */
  hashing: {
    /** The number that run now. */
    running: number;
    /** The number that wait. */
    waiting: number;
    /** The number that may wait (option `hashQueueLimit`). */
    queueLimit: number;
    /** The number that finished. */
    done: number;
  };
  /**
   * The hash keys that hashes in the table name and the option `hashKeys` lacks, or has with another secret, in the order in
   * which tokens were rejected because of them. Ids beyond the first 16 are counted together, under `null`.
   */
  unknownHashKeys: {
    /** The id of the hash key. */
    id: string | null;
    /** The number of tokens that were rejected because of it. */
    rejected: number;
  }[];
  /** Writes of the column `last_used_at`. */
  lastUsed: {
    /** The number of keys with a use to be written. */
    pending: number;
    /** The number of written uses. */
    written: number;
    /** The number of failed writes; their uses are written again. */
    failed: number;
  };
}

/** The lease under which the cache may answer. */
export interface LeaseStatus {
  /** Whether it is held. */
  held: boolean;
  /** The option `maxStaleness`, in milliseconds. */
  maxStalenessMs: number;
  /** The age of the newest proof that no change was missed, in milliseconds; `null` while the lease is not held. */
  ageMs: number | null;
  /** Why it is not held; `null` while it is. */
  reason: string | null;
}

/** The reads that concurrent calls share. */
export interface ReadBatcherStatus {
  /** Whether they have a connection. Without one, calls read through the pool. */
  connected: boolean;
  /** The number of calls that used shared reads. */
  calls: number;
  /** The number of reads for those calls. */
  reads: number;
  /** The number of times the connection was reestablished. */
  reconnects: number;
}
