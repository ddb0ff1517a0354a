/** Facts about a database and its table of keys, as the native part gathers them. No fact identifies a key. */
export interface Diagnosis {
  /** The connection and the server. */
  server: {
    database: "postgres" | "sqlite";
    version: string;
    /** The URL without its password. */
    location: string;
    /** The schema of the table; `null` if it does not exist, and on SQLite. */
    schema: string | null;
    /** The server's time; `null` on SQLite. */
    clock: ServerClock | null;
    /** The encryption of the connection; `null` on SQLite. */
    encryption: Encryption | null;
    /** The mode of the pooler in front of the server; `null` without one. */
    pooler: "session" | "transaction" | null;
    /** Whether the server is a hot standby. */
    replica: boolean;
    /** Whether the session rejects writes. */
    readOnly: boolean;
  };
  /** The table `api_key`. */
  table: {
    exists: boolean;
    /** The migration steps that it lacks. */
    missingSteps: string[];
    /** Applied migration steps that this version does not have. */
    unknownSteps: string[];
    /** The privileges on the table that the role lacks. */
    missingPrivileges: string[];
    /** Whether the role may migrate the table. */
    mayMigrate: boolean;
    /** Whether the triggers of the change feed are as this version defines them; `null` on SQLite. */
    triggers: boolean | null;
  };
  /** The keys by how they are hashed, without soft-deleted ones; `null` if they cannot be counted. */
  keys: KeyCount[] | null;
  /** Why they cannot be counted. */
  keysFailure: string | null;
}

/** The time of a server, and when it was read. */
export interface ServerClock {
  /** In epoch milliseconds. */
  serverMs: number;
  /** The duration of the statement that read it. */
  roundTripMs: number;
  /** The time since the end of that statement. */
  ageMs: number;
}

/** The encryption of a connection. */
export interface Encryption {
  /** Whether the connection stays on this machine. */
  local: boolean;
  /** What the settings demand. */
  demanded: "none" | "if-offered" | "unverified" | "authority" | "full";
  /** The version of TLS that the server reports for its session; `null` if that is not encrypted. */
  protocol: string | null;
}

/** The number of keys whose hashes are alike. */
export interface KeyCount {
  scheme: "publishable" | "argon2id" | "scrypt" | "sha256" | "hmac-sha256" | "unknown";
  /** The id of the hash key, of `hmac-sha256`. */
  hashKey: string | null;
  /** Whether the key is restricted, so that `authenticate` and `@medusajs/api-key` refuse it. */
  restricted: boolean;
  /** The number of keys that are accepted. */
  live: number;
  /** The number of keys that were revoked or have expired. */
  ended: number;
}
