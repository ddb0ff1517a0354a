/** One name under which a key can be linked, as Medusa's `defineLink` takes it. */
export interface ApiKeyLink {
  /** The name of the column in the link's table. */
  linkable: string;
  /** The field of the key that the link holds. */
  primaryKey: string;
  /** Medusa's name of this module. */
  serviceName: string;
  /** The key's name in queries. */
  field: string;
  /** The key's name in the GraphQL schema. */
  entity: string;
}
/** What `defineLink` takes for a key: the entry itself, or one of its names. */
export interface ApiKeyLinkable {
  /** The API key. */
  apiKey: {
    /** The link that is meant when no name is chosen: `id`. */
    toJSON(): ApiKeyLink;
    /** By the key's id, in the column `api_key_id`. */
    id: ApiKeyLink & {
      toJSON(): ApiKeyLink;
    };
    /** By the key's id, in the column `publishable_key_id`. */
    publishable_key_id: ApiKeyLink & {
      toJSON(): ApiKeyLink;
    };
  };
}
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
   * How new secret tokens are hashed. Existing hashes of both schemes are always verified. Default: `argon2id`; `scrypt`
   * writes rows that `@medusajs/api-key` can verify too.
   */
  hashing?: "argon2id" | "scrypt";
  /**
   * Whether keys whose hash has another scheme or cost than new ones are rehashed on their next successful use, in the
   * background and with the same salt. Services on the same table should then have the same `hashing` and `argon2`.
   * Default: `false`.
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
/** The cost of argon2id. The defaults are OWASP's minimum (Password Storage Cheat Sheet). */
export interface Argon2Options {
  /** Memory in KiB. Default: 19456 (19 MiB). */
  memoryKib?: number;
  /** Passes over the memory. Default: 2. */
  iterations?: number;
  /** Lanes. Default: 1. */
  parallelism?: number;
}
/** How Medusa calls a module's migrations. */
export interface MigrationCall {
  /** The module's options, to which Medusa adds its own connection. */
  options?: ApiKeyModuleOptions | null;
  /** Where progress is told. Default: `console`. */
  logger?: MigrationLogger;
  /** Medusa's container. */
  container?: {
    cradle?: object;
  };
}
/** The part of Medusa's logger that is used here. */
export interface MigrationLogger {
  /** Tells of progress. */
  info(message: string): void;
}
/** A step of the migration that was taken, as Medusa remembers it. */
export interface TakenStep {
  /** Its name. */
  name: string;
  /** The file that took it. */
  path: string;
}
/** What happened to a key, as Medusa's event bus and message aggregator receive it. */
export type ApiKeyEvent = {
  /** `api_key.api-key.created`, `api_key.api-key.updated` or `api_key.api-key.deleted`. */
  name: string;
  /** Where the event comes from; `eventGroupId` is there when the call's context had one. */
  metadata: {
    source: string;
    object: string;
    action: string;
    eventGroupId?: string;
  };
  /** The key. */
  data: {
    id: string;
  };
  /** Always `undefined`; the key is there because Medusa's own messages have it. */
  options: undefined;
};
/** Where Medusa collects messages; `IMessageAggregator` of `@medusajs/types` is one. */
export interface MessageAggregator {
  /** Adds messages, each once. */
  save(messages: ApiKeyEvent[]): void;
  /** All messages so far, grouped. */
  getMessages(): Record<string, object[]>;
  /** Forgets them. */
  clearMessages(): void;
}
/**
 * Medusa's shared context, the last argument of every method. Other members are ignored, and the object is never changed.
 */
export interface Context {
  /** Copied into the metadata of the events that the call publishes. */
  eventGroupId?: string;
  /** Where the call's events are saved; its contents are then published, and it is emptied. */
  messageAggregator?: MessageAggregator;
  /** The workflow's transaction. It is remembered with the keys that the call creates. */
  transactionId?: string;
  /** Whether the workflow is being cancelled: then `deleteApiKeys` removes the keys that it created, revoked or not. */
  isCancelling?: boolean;
  /** The step of the workflow, `workflow:transaction:step:invoke`, or `…:compensate` when it is being undone. */
  idempotencyKey?: string;
}
/** What a key is for: `secret` authenticates admin users, `publishable` names a storefront. */
export type ApiKeyType = "publishable" | "secret";
declare const wholeKey: unique symbol;
/**
 * A key as every method answers it. Dates are `Date` objects, empty columns are `null`.
 *
 * Which fields are there depends on `select`; `id` always is.
 */
export interface ApiKey {
  /** `apk_` and 26 characters that sort by time of creation, unless the creator chose another. */
  id: string;
  /**
   * The token. For a publishable key it is always shown (`pk_` and 64 hex digits). For a secret key (`sk_` and 64 hex
   * digits) only the answer that creates the key holds it; every other answer holds `""`.
   */
  token: string;
  /** The token's first six and last three characters, safe to show: `sk_12a***9f0`. */
  redacted: string;
  /** The title. */
  title: string;
  /** What the key is for. */
  type: ApiKeyType;
  /** When the key was last seen in use; `null` when it never was, or nobody recorded it. */
  last_used_at: Date | null;
  /** Who created the key, as the creator said it. */
  created_by: string;
  /** Who revoked the key; `null` for a key that nobody revoked, or that was revoked without saying by whom. */
  revoked_by: string | null;
  /** From when on the key is refused. In the future for a key that expires; `null` for one that does not. */
  revoked_at: Date | null;
  /** When the key was created. */
  created_at: Date;
  /** When the key was last changed. */
  updated_at: Date;
  /** When the key was soft-deleted; `null` for a key that is there. */
  deleted_at: Date | null;
  /** Never there: it makes a whole key no selector for TypeScript. Pass `key.id`. */
  readonly [wholeKey]?: true;
}
interface NoWholeKey {
  /** A whole key is no selector: pass `key.id`. */
  readonly [wholeKey]?: never;
}
/** A key to create. */
export interface CreateApiKeyInput {
  /** The title; may be empty. At most 65,536 bytes of UTF-8. */
  title: string;
  /** What the key is for. */
  type: ApiKeyType;
  /** Who creates it, for example a user's id; may be empty. At most 65,536 bytes of UTF-8. */
  created_by: string;
  /**
   * After how many seconds the key stops to work: 0 to 3,155,760,000 (a hundred years), fractions are kept to the
   * millisecond. Default: never. Stored as `revoked_at`, with `created_by` as `revoked_by`.
   */
  expires_in?: number;
}
/** A key to create (without an id) or a new title for a key that exists (with one). */
export interface UpsertApiKeyInput {
  /** The key whose title changes. Without it a key is created. */
  id?: string;
  /** The title. At most 65,536 bytes of UTF-8. */
  title?: string;
  /** What the key is for; needed to create one, ignored otherwise. */
  type?: ApiKeyType;
  /** Who creates it; needed to create one, ignored otherwise. */
  created_by?: string;
}
/** What may change about a key. */
export interface UpdateApiKeyInput {
  /** The new title, which must be given. At most 65,536 bytes of UTF-8. */
  title?: string;
}
/** How keys are revoked. */
export interface RevokeApiKeyInput {
  /** Who revokes, for example a user's id; must not be empty. */
  revoked_by: string;
  /**
   * After how many seconds: 0 to 3,155,760,000 (a hundred years), fractions are kept to the millisecond.
   * Default: 0, now.
   */
  revoke_in?: number;
}
/** How a key is replaced by a new one. */
export interface RollApiKeyInput extends RevokeApiKeyInput {
  /** Who creates the new key. Default: the old key's `created_by`. */
  created_by?: string;
  /** The new key's title. Default: the old key's. */
  title?: string;
}
/** A key and its successor. */
export interface RolledApiKey {
  /** The old key, revoked now or at the end of its grace period. */
  revoked: ApiKey;
  /** The new key, of the same type. Its `token` is shown here and never again. */
  created: ApiKey;
}
/** The names under which other modules link to a key. */
export type ApiKeyLinkName = "api_key_id" | "publishable_key_id";
/** What soft deletion and restoration are told. */
export interface LinkableKeysConfig {
  /** Which names the answer holds. Default, and when empty: both. */
  returnLinkableKeys?: readonly string[];
}
/** The ids of the keys that were touched, under each name; without any key it is empty. */
export type LinkableApiKeys = Partial<Record<ApiKeyLinkName, string[]>>;
/** Conditions on one column; all of them must hold. An operand that is `undefined` says nothing. */
export interface OperatorMap<T> {
  /** Equal; `null` asks for an empty column. An array, which Medusa's own types admit, is refused: use `$in`. */
  $eq?: T | null | readonly (T | null)[];
  /** Not equal; an empty column is not matched. `null` asks for a column that is not empty. */
  $ne?: T | null;
  /** Equal to one of these; an empty array matches nothing. */
  $in?: readonly (T | null)[];
  /** Equal to none of these; an empty column is not matched. */
  $nin?: readonly (T | null)[];
  /** Greater, or later. */
  $gt?: T | null;
  /** Greater or equal, or not earlier. */
  $gte?: T | null;
  /** Less, or earlier. */
  $lt?: T | null;
  /** Less or equal, or not later. */
  $lte?: T | null;
  /** SQL's LIKE: `%` stands for any text, `_` for any character. Text columns only. */
  $like?: string;
  /** Like `$like`, in upper or lower case. */
  $ilike?: string;
  /** A regular expression. Text columns only. */
  $re?: string | RegExp;
  /** All these words, whole. Text columns only. */
  $fulltext?: string;
  /** Whether the column holds anything. */
  $exists?: boolean;
}
/** A value, several of which one must equal, or conditions. */
export type FilterValue<T> = T | null | readonly (T | null)[] | OperatorMap<T>;
/** A text to equal, a pattern to match, several texts, or conditions. */
export type TextFilter = FilterValue<string> | RegExp;
/** A moment: a `Date` or ISO 8601 text between the years 1 and 9999; text without a zone is UTC. */
export type TimeFilter = FilterValue<Date | string>;
/** Conditions on the columns of a key and on groups of them; all of them must hold. */
export interface ApiKeyConditions {
  /** The id. */
  id?: TextFilter;
  /** The token of publishable keys: equality and `$in` only. It never matches a secret key. */
  token?: string | null | readonly (string | null)[] | Pick<OperatorMap<string>, "$eq" | "$in">;
  /** The redacted token. */
  redacted?: TextFilter;
  /** The title. */
  title?: TextFilter;
  /** What the key is for. */
  type?: FilterValue<ApiKeyType>;
  /** When it was last used. */
  last_used_at?: TimeFilter;
  /** Who created it. */
  created_by?: TextFilter;
  /** Who revoked it. */
  revoked_by?: TextFilter;
  /** From when on it is refused. */
  revoked_at?: TimeFilter;
  /** When it was created. */
  created_at?: TimeFilter;
  /** When it was last changed. */
  updated_at?: TimeFilter;
  /** When it was soft-deleted; such keys are seen `withDeleted` only. */
  deleted_at?: TimeFilter;
  /** All of these must hold. */
  $and?: readonly ApiKeyConditions[];
  /** One of these must hold. */
  $or?: readonly ApiKeyConditions[];
  /** This must not hold; by SQL's rules, an empty column makes neither a condition nor its opposite hold. */
  $not?: ApiKeyConditions;
}
/**
 * Which keys are meant; `{}` means every key.
 *
 * A member that is `undefined`, at any level, is rejected with `invalid_data`: a missing variable must not match every key.
 * In Medusa it is dropped, as in Medusa's own module; a selector of a write that has no condition left is rejected there, too.
 */
export interface ApiKeyFilters extends ApiKeyConditions {
  /** Every word of this text must stand in the title or the redacted token, in upper or lower case. */
  q?: string;
}
/**
 * Which keys a write is aimed at. A whole key is rejected with `invalid_data`, because it would match nothing: pass its id.
 */
export interface ApiKeySelector extends ApiKeyFilters, NoWholeKey {}
/** The name of a field of a key. */
export type ApiKeyField = Extract<keyof ApiKey, string>;
/** Upwards or downwards, optionally with empty columns first or last; by default empty columns count as largest. */
export type SortDirection = "ASC" | "DESC" | (string & {}) | 1 | -1;
/**
 * Which fields are answered, of which page, in which order.
 *
 * Unknown members are rejected with `invalid_data`. In Medusa they are ignored, except for other names of a page, such as
 * `limit` and `offset`.
 */
export interface FindConfig {
  /** The fields to answer; `id` always is. Names that are no field are ignored. Default: all. */
  select?: readonly (ApiKeyField | (string & {}))[];
  /** How many keys at most: a whole number. Default, and for numbers beyond the safe integers: all. */
  take?: number | null;
  /** How many keys to pass over first: a whole number. Default: none. */
  skip?: number | null;
  /** The fields to order by. Default: `{ id: "ASC" }`. Unknown fields and directions are refused with `invalid_data`. */
  order?:
    | Record<string, unknown>
    | {
        [Field in ApiKeyField]?: SortDirection;
      };
  /** Whether soft-deleted keys are seen. Default: no. */
  withDeleted?: boolean;
  /** Without meaning here, as keys have no relations; accepted because Medusa sends it. */
  relations?: readonly string[];
  /** Medusa's named filters: `softDeletable` and `freeTextSearch_ApiKey`; others are ignored. */
  filters?: Record<string, unknown>;
}
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
  lane: LaneStatus | null;
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
  /** Key derivations. */
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
export interface LaneStatus {
  /** Whether they have a connection. Without one, calls read through the pool. */
  connected: boolean;
  /** The number of calls that used shared reads. */
  calls: number;
  /** The number of reads for those calls. */
  reads: number;
  /** The number of times the connection was reestablished. */
  reconnects: number;
}
declare global {
  interface SymbolConstructor {
    /** As in TypeScript's library `esnext.disposable`, which a program may do without. */
    readonly asyncDispose: unique symbol;
  }
}
/**
 * Creates, finds, authenticates, rolls and revokes API keys.
 *
 * Every method is asynchronous and rejects with an `ApiKeyError`. A method that writes does so in one transaction: when it
 * rejects, nothing was written. Arguments are never changed. The last argument of each method is Medusa's shared context,
 * which nobody outside Medusa needs.
 *
 * @example
 * const keys = new ApiKeyModuleService({ databaseUrl: "sqlite:api-keys.db" })
 * const { token } = await keys.createApiKeys({ title: "CI", type: "secret", created_by: "user_1" })
 * const key = await keys.authenticate(token) // the key, or false
 * await keys.close()
 */
export declare class ApiKeyModuleService {
  /**
   * A service of its own. The database is opened on first use; call `close` when done.
   *
   * @throws ApiKeyError `invalid_argument` when an option is unknown or cannot be used; the message names it.
   * @throws Error when the native part for this platform is not installed; the message says what to do.
   */
  constructor(options?: ApiKeyModuleOptions);
  /**
   * The module in Medusa, which calls this constructor itself.
   *
   * @param cradle - The module's container, from which event bus, logger and connection are taken.
   * @param options - The module's options in `medusa-config`. Those of others are ignored.
   * @throws ApiKeyError `invalid_argument` when an option cannot be used; the message names it.
   */
  constructor(cradle: object, options: ApiKeyModuleOptions | undefined, moduleDeclaration?: unknown);
  /**
   * Creates keys, all of them or none, and answers them in the order given.
   *
   * This answer is the only one that ever holds the token of a secret key.
   *
   * @throws ApiKeyError `invalid_data` when a field is missing or cannot be used, or an id is taken.
   * @throws ApiKeyError `unexpected_state` when too many tokens wait to be hashed.
   */
  createApiKeys(data: CreateApiKeyInput[], context?: Context): Promise<ApiKey[]>;
  /** Creates one key. */
  createApiKeys(data: CreateApiKeyInput, context?: Context): Promise<ApiKey>;
  /** The same as `createApiKeys`. */
  create(data: CreateApiKeyInput[], context?: Context): Promise<ApiKey[]>;
  /** The same as `createApiKeys`. */
  create(data: CreateApiKeyInput, context?: Context): Promise<ApiKey>;
  /**
   * Creates the keys without an id and gives a new title to those with one, all of them or none. Answers the created
   * keys first, with their tokens, and then the changed ones by id.
   *
   * @throws ApiKeyError `invalid_data` when a field is missing or cannot be used.
   * @throws ApiKeyError `not_found` when there is no key with a given id.
   */
  upsertApiKeys(data: UpsertApiKeyInput[], context?: Context): Promise<ApiKey[]>;
  /** Creates one key or changes its title. */
  upsertApiKeys(data: UpsertApiKeyInput, context?: Context): Promise<ApiKey>;
  /**
   * Gives a key a new title.
   *
   * @throws ApiKeyError `not_found` when there is no such key.
   * @throws ApiKeyError `invalid_data` without a title that can be stored.
   */
  updateApiKeys(id: string, data: UpdateApiKeyInput, context?: Context): Promise<ApiKey>;
  /** Gives all keys that match a new title, and answers them by id. `{}` means every key. */
  updateApiKeys(selector: ApiKeySelector, data: UpdateApiKeyInput, context?: Context): Promise<ApiKey[]>;
  /**
   * Answers a key.
   *
   * @throws ApiKeyError `not_found` when there is no such key, or `id` is no text.
   */
  retrieveApiKey(id: string, config?: FindConfig, _context?: Context): Promise<ApiKey>;
  /**
   * Answers the keys that match, by default all of them, by id.
   *
   * @throws ApiKeyError `invalid_data` for a filter, order or page that cannot be used; the message names it.
   */
  listApiKeys(filters?: ApiKeyFilters, config?: FindConfig, _context?: Context): Promise<ApiKey[]>;
  /** The same as `listApiKeys`. */
  list(filters?: ApiKeyFilters, config?: FindConfig, context?: Context): Promise<ApiKey[]>;
  /**
   * Answers a page of the keys that match, and how many match in all. Both are of one moment.
   *
   * @throws ApiKeyError `invalid_data` for a filter, order or page that cannot be used; the message names it.
   */
  listAndCountApiKeys(filters?: ApiKeyFilters, config?: FindConfig, _context?: Context): Promise<[ApiKey[], number]>;
  /**
   * Deletes revoked keys for good, all of them or none. Ids that do not exist are passed over. A workflow that is being
   * undone deletes the keys that it created itself, revoked or not.
   *
   * @throws ApiKeyError `not_allowed` when a key is not revoked yet; the message names all such keys.
   * @throws ApiKeyError `invalid_data` when an id is no text.
   */
  deleteApiKeys(ids: string | string[], context?: Context): Promise<void>;
  /**
   * Hides keys from everything but `withDeleted` reads; they are refused by `authenticate`. Answers whom it hit.
   *
   * @throws ApiKeyError `invalid_data` for a target that cannot be used.
   */
  softDeleteApiKeys(
    targets: string | ApiKeySelector | (string | ApiKeySelector)[],
    config?: LinkableKeysConfig | null,
    context?: Context,
  ): Promise<LinkableApiKeys>;
  /**
   * Brings soft-deleted keys back. Answers all keys that match, also those that were there already.
   *
   * @throws ApiKeyError `invalid_data` for a target that cannot be used.
   */
  restoreApiKeys(
    targets: string | ApiKeySelector | (string | ApiKeySelector)[],
    config?: LinkableKeysConfig | null,
    context?: Context,
  ): Promise<LinkableApiKeys>;
  /**
   * Revokes a key, now or after `revoke_in` seconds. Without `data`: now, by nobody in particular.
   *
   * @throws ApiKeyError `not_found` when there is no such key.
   * @throws ApiKeyError `invalid_data` when the key is revoked already, or `data` cannot be used.
   */
  revoke(id: string, data?: RevokeApiKeyInput, context?: Context): Promise<ApiKey>;
  /** Revokes all keys that match, or none when one of them is revoked already. `{}` means every key. */
  revoke(selector: ApiKeySelector, data: RevokeApiKeyInput, context?: Context): Promise<ApiKey[]>;
  /**
   * Replaces a key in one transaction: revokes it, now or after a grace period of `revoke_in` seconds, and creates its
   * successor. `created.token` is shown here and never again.
   *
   * @throws ApiKeyError `not_found` when there is no such key.
   * @throws ApiKeyError `invalid_data` when the key is revoked already, or `data` cannot be used or has an unknown member.
   */
  rollApiKeys(id: string, data: RollApiKeyInput, context?: Context): Promise<RolledApiKey>;
  /**
   * Answers the secret key that a token belongs to, or `false` for anything else: a wrong, revoked or publishable token,
   * a value that is no text, a string of more than 512 characters or with others than visible ASCII. The answer holds neither the token nor its hash; its `last_used_at` is the use before this one,
   * as far as it is written.
   *
   * @throws ApiKeyError `database_error` or `unexpected_state` when it cannot tell.
   */
  authenticate(token: string, _context?: Context): Promise<ApiKey | false>;
  /** Returns the status of the service: where answers come from, and what waits. Runs no query. */
  status(): Promise<ApiKeyModuleStatus>;
  /**
   * Creates the table, or brings it up to date. Only needed with the option `migrate: false`; in Medusa, `medusa db:migrate`
   * does it.
   *
   * @throws ApiKeyError `database_error` when the database cannot be reached or refuses.
   */
  migrate(): Promise<void>;
  /**
   * Writes down when keys were last used and closes the connections, after the statements that run. From now on every
   * method but `status` rejects with `unexpected_state`; calls that are still hashing do, too. A service that is dropped
   * without `close()` is closed when it is garbage-collected.
   */
  close(): Promise<void>;
  /** The same as `close`, for `await using service = new ApiKeyModuleService(…)`. */
  [Symbol.asyncDispose](): Promise<void>;
}
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
export declare class ApiKeyError extends Error {
  /** Marks the error as Medusa's. */
  readonly __isMedusaError: true;
  /** What kind of failure it is. */
  readonly type: ApiKeyErrorType;
  /** Always `undefined`; the key is there because Medusa's own errors have it. */
  readonly code: undefined;
  /** When it happened. */
  readonly date: Date;
  /** PostgreSQL's SQLSTATE. Absent for other failures, and on SQLite, whose messages say in words what is wrong. */
  readonly sqlstate?: string;
  /**
   * `"unknown"` for a write whose answer was cut off, where it could not be found out before `callTimeout` whether it took
   * effect: look before you repeat it. Absent otherwise; then a call that rejects has written nothing.
   */
  readonly outcome?: "unknown";
  /** An error of Medusa's shape. */
  constructor(type: ApiKeyErrorType, message: string, sqlstate?: string, outcome?: "unknown");
}
/** What can happen beside the calls. Each has a channel of `node:diagnostics_channel`: `medusa-api-key-native:<name>`. */
export type ApiKeyNoticeName = "lease.held" | "lease.lost" | "lane.lost" | "lane.reconnected" | "queue.full";
/** What subscribers of these channels receive. It holds no token, hash, id or SQL. */
export interface ApiKeyNotice {
  /** What happened. */
  name: ApiKeyNoticeName;
  /** Why; only a lost lease has a reason. */
  reason: string | null;
}
/** A module as Medusa loads it. */
export interface ApiKeyModule {
  /** The class that Medusa constructs. */
  service: typeof ApiKeyModuleService;
  /** What other modules link to. */
  linkable: ApiKeyLinkable;
  /** What `medusa db:migrate` runs; answers the steps that were taken. */
  runMigrations(call: MigrationCall): Promise<TakenStep[]>;
  /** What `medusa db:rollback` runs: takes the steps named back, or all of them. The table and its keys stay. */
  revertMigration(
    call: MigrationCall & {
      migrationNames?: string[];
    },
  ): Promise<void>;
}
/** What Medusa loads: `modules: [{ resolve: "medusa-api-key-native" }]`. */
declare const apiKeyModule: ApiKeyModule;

export { apiKeyModule as default };

export {};
