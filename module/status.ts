import type { NativeStatus } from "../binding";

/** How a service is doing. Counts are since it was made; no number names a key. */
export interface ApiKeyModuleStatus {
  /**
   * Where answers of `authenticate`, and of the lookup of a publishable token, come from. `strict`: from the database, each
   * from a read that began after the call. `leased`: from memory while the lease is held, else as `strict`. `watched`: from
   * memory while the SQLite database says that it is unchanged, which it is asked before each answer.
   */
  answers: "strict" | "leased" | "watched";
  /** The lease, with `maxStaleness`; else `null`. */
  lease: LeaseStatus | null;
  /** The reads that concurrent calls share on PostgreSQL; `null` on SQLite and before the first call. */
  lane: LaneStatus | null;
  /** Whether the server is a hot standby, so that answers are as old as the replica (option `replica`). */
  replica: boolean;
  /** Whether a pooler hands the server's sessions on after each transaction. */
  pooler: boolean;
  /** What is remembered. */
  memory: {
    /** How many keys. */
    keys: number;
    /** How many answers came from memory. */
    hits: number;
  };
  /** Key derivations. */
  hashing: {
    /** How many run now. */
    running: number;
    /** How many wait. */
    waiting: number;
    /** How many may wait (`hashQueueLimit`). */
    queueLimit: number;
    /** How many are done. */
    done: number;
  };
  /** The column `last_used_at`. */
  lastUsed: {
    /** How many keys have a use that is due to be written. */
    pending: number;
    /** How many uses were written. */
    written: number;
    /** How many writes failed; what they carried is tried again. */
    failed: number;
  };
}

/** The lease under which answers come from memory. */
export interface LeaseStatus {
  /** Whether it is held. */
  held: boolean;
  /** The option `maxStaleness`, in milliseconds. */
  maxStalenessMs: number;
  /** How long ago, in milliseconds, everything was heard of that an answer from memory rests on; `null` when it is not held. */
  ageMs: number | null;
  /** Why it is not held; `null` when it is. */
  reason: string | null;
}

/** The reads that concurrent calls share. */
export interface LaneStatus {
  /** Whether their connection stands. Without it calls read through the pool. */
  connected: boolean;
  /** How many calls asked. */
  calls: number;
  /** How many reads answered them. */
  reads: number;
  /** How often the connection was made anew. */
  reconnects: number;
}

/** The status as callers see it. */
export function toStatus(native: NativeStatus): ApiKeyModuleStatus {
  const { lease } = native;
  return {
    answers: native.answers as ApiKeyModuleStatus["answers"],
    lease: lease && {
      held: lease.reason === null,
      maxStalenessMs: lease.maxStalenessMs,
      ageMs: lease.reason === null ? lease.maxStalenessMs - lease.remainingMs : null,
      reason: lease.reason,
    },
    lane: native.lane,
    replica: native.replica,
    pooler: native.pooler,
    memory: { keys: native.remembered, hits: native.hits },
    hashing: {
      running: native.running,
      waiting: native.waiting,
      queueLimit: native.queueLimit,
      done: native.derived,
    },
    lastUsed: { pending: native.usesPending, written: native.usesWritten, failed: native.usesFailed },
  };
}
