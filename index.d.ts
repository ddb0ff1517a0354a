/** A name under which a key can be linked, in the form that Medusa's `defineLink` takes. */
export interface ApiKeyLink {
  /** The name of the column in the link table. */
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
/** A link as an object that `defineLink` serializes. */
export interface SerializableApiKeyLink extends ApiKeyLink {
  /** Returns the link alone. */
  toJSON(): ApiKeyLink;
}
/** The argument of `defineLink` for a key: `apiKey` itself, or one of its names. */
export interface ApiKeyLinkable {
  /** The API key. */
  apiKey: {
    /** The default link: `id`. */
    toJSON(): ApiKeyLink;
    /** By the key's id, in the column `api_key_id`. */
    id: SerializableApiKeyLink;
    /** By the key's id, in the column `publishable_key_id`. */
    publishable_key_id: SerializableApiKeyLink;
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
/** What happened to a key, as Medusa's event bus and message aggregator receive it. */
export type ApiKeyEvent = {
  /** `api_key.api-key.created`, `api_key.api-key.updated` or `api_key.api-key.deleted`. */
  name: string;
  /** The origin of the event; `eventGroupId` is present if the call's context has one. */
  metadata: {
    /** `api_key`, the module. */
    source: string;
    /** `api_key`, the entity. */
    object: string;
    /** `created`, `updated` or `deleted`. */
    action: string;
    /** The group of events that the call belongs to. */
    eventGroupId?: string;
  };
  /** The key. */
  data: {
    /** The key's id. */
    id: string;
  };
  /** Always `undefined`; the key exists because Medusa's own messages have it. */
  options: undefined;
};
/** Medusa's collector of messages; `IMessageAggregator` of `@medusajs/types` is assignable. */
export interface MessageAggregator {
  /** Adds messages, each once. */
  save(messages: ApiKeyEvent[]): void;
  /** All messages so far, grouped. */
  getMessages(): Record<string, object[]>;
  /** Removes all messages. */
  clearMessages(): void;
}
/**
 * Medusa's shared context, the last argument of every method. Other members are ignored, and the object is never changed.
 */
export interface Context {
  /** Copied into the metadata of the events that the call publishes. */
  eventGroupId?: string;
  /** Receives the call's events; its contents are then published and cleared. */
  messageAggregator?: MessageAggregator;
  /** The workflow's transaction. It is stored with the keys that the call creates. */
  transactionId?: string;
  /** Whether the workflow is being canceled: `deleteApiKeys` then deletes the keys that it created, revoked or not. */
  isCancelling?: boolean;
  /** The step of the workflow, `workflow:transaction:step:invoke`, or `…:compensate` during compensation. */
  idempotencyKey?: string;
}
/** What a key is for: `secret` authenticates admin users, `publishable` identifies a storefront. */
export type ApiKeyType = "publishable" | "secret";
declare const wholeKey: unique symbol;
/** Who a key acts for. */
export interface ApiKeyOwner {
  /** `user`, `seller`, `customer`, …: a letter a-z and up to 63 more of a-z, 0-9, `_`, `-` and `.`. */
  type: string;
  /** The owner's id: 1 to 255 bytes of UTF-8. */
  id: string;
}
/** What a key may have in addition to Medusa's columns. Each member is missing in a key that does not have it. */
export interface ApiKeyAttributes {
  /**
   * What the key may do, as `resource:action`, for example `products:read`; `*` stands for any resource or action. `[]`:
   * nothing. A key without this member is not limited by scopes.
   */
  scopes?: string[];
  /** Who the key acts for. */
  owner?: ApiKeyOwner;
  /** A JSON object of at most 16 KiB, which is never interpreted. */
  metadata?: Record<string, unknown>;
  /** The IP addresses and networks (CIDR) from which the key may be used. */
  allowed_ips?: string[];
  /** What a single-use key is for. */
  purpose?: string;
}
/**
 * An API key. Dates are `Date` objects, empty columns are `null`.
 *
 * A read with `select` returns a part of it: see `SelectedApiKey`.
 */
export interface ApiKey extends ApiKeyAttributes {
  /** `apk_` and 26 characters that sort by creation time, unless the creator chose another id. */
  id: string;
  /**
   * The token. A publishable key (`pk_` and 64 hex digits) always shows it. A secret key (`sk_` and 64 hex digits) shows
   * it once, in the result of the call that creates the key; every other result holds `""`.
   */
  token: string;
  /** The first six and last three characters of the token, safe to display: `sk_12a***9f0`. */
  redacted: string;
  /** The title. */
  title: string;
  /** What the key is for. */
  type: ApiKeyType;
  /** When the key was last used; `null` if no use was recorded. */
  last_used_at: Date | null;
  /** Who created the key, as given at creation. */
  created_by: string;
  /** Who revoked the key; `null` if it is not revoked, or was revoked without `revoked_by`. */
  revoked_by: string | null;
  /** The time from which the key is rejected. In the future for a key that expires; `null` for one that does not. */
  revoked_at: Date | null;
  /** When the key was created. */
  created_at: Date;
  /** When the key was last changed. */
  updated_at: Date;
  /** When the key was soft-deleted; `null` if it was not. */
  deleted_at: Date | null;
  /** Never set. It makes TypeScript reject a whole key as a selector: pass `key.id`. */
  readonly [wholeKey]?: true;
}
interface NoWholeKey {
  /** A whole key is not a selector: pass `key.id`. */
  readonly [wholeKey]?: never;
}
/**
 * A time given at creation: a `Date`, milliseconds since 1970, or an ISO 8601 string, which is in UTC if it has no zone.
 * Years 1 to 9999, kept to the millisecond.
 */
export type ApiKeyTime = Date | number | string;
/** A key to create. Unknown members are ignored, except names such as `expires_at` or `permissions`, which are rejected. */
export interface CreateApiKeyInput {
  /** The title; may be empty. At most 65,536 bytes of UTF-8. */
  title: string;
  /** What the key is for. */
  type: ApiKeyType;
  /** Who creates the key, for example a user's id; may be empty. At most 65,536 bytes of UTF-8. */
  created_by: string;
  /**
   * Seconds until the key expires: 0 to 3,155,760,000 (a hundred years), kept to the millisecond. Default: never.
   * Stored as `revoked_at`, with `created_by` as `revoked_by`, so it cannot be combined with either.
   */
  expires_in?: number;
  /**
   * The id; must be unused. At most 1,024 bytes of UTF-8; of a restricted key, `apk_` and a ULID. Default, and if empty:
   * generated.
   */
  id?: string;
  /** The time from which the key is rejected. Default: never. */
  revoked_at?: ApiKeyTime | null;
  /** Who revoked the key. At most 65,536 bytes of UTF-8. Default: `null`. */
  revoked_by?: string | null;
  /** When the key was last used. Default: `null`. */
  last_used_at?: ApiKeyTime | null;
  /** When the key was created. Default: now. */
  created_at?: ApiKeyTime | null;
  /** When the key was last changed. Default: now. */
  updated_at?: ApiKeyTime | null;
  /** When the key was soft-deleted. Default: `null`, not deleted. */
  deleted_at?: ApiKeyTime | null;
  /**
   * What a secret key may do: at most 100 scopes `resource:action`, each part `*` or up to 64 of a-z, 0-9, `_`, `-` and `.`.
   * `[]`: nothing. Default, and if `null`: not limited. `authenticate` refuses a key with scopes: use `verify`.
   */
  scopes?: readonly string[] | null;
  /** Who the key acts for. `authenticate` refuses a key whose owner is not of the type `user`: use `verify`. Default: none. */
  owner?: ApiKeyOwner | null;
  /** A JSON object of at most 16,384 bytes and 32 levels. Members that are `undefined` are left out. Default: none. */
  metadata?: Record<string, unknown> | null;
  /**
   * The IPv4 and IPv6 addresses and networks from which a secret key may be used, at most 100: `203.0.113.7`, `10.0.0.0/8`.
   * Default, and if `null`: not limited. `authenticate` refuses a key with this member: use `verify`.
   */
  allowed_ips?: readonly string[] | null;
  /**
   * What a single-use secret key is for, for example `password-reset`: a letter a-z and up to 63 more of a-z, 0-9, `_`, `-`
   * and `.`. `authenticate` and `verify` refuse such a key; `redeem` accepts it once. If it has an owner, it ends the older
   * keys of the same owner and purpose. Default: the key is not for single use.
   */
  purpose?: string | null;
}
/** New attributes of a key. */
export interface ApiKeyAttributesUpdate {
  /** The new scopes, as in `CreateApiKeyInput`; `null` removes the limit. */
  scopes?: readonly string[] | null;
  /** The new owner; `null` removes it. */
  owner?: ApiKeyOwner | null;
  /** The new metadata, which replace the old; `null` removes them. */
  metadata?: Record<string, unknown> | null;
  /** The new addresses and networks; `null` removes the limit. */
  allowed_ips?: readonly string[] | null;
}
type SomeAttributes = {
  [Name in keyof ApiKeyAttributesUpdate]-?: Required<Pick<ApiKeyAttributesUpdate, Name>>;
}[keyof ApiKeyAttributesUpdate];
interface NewTitle {
  /** The new title. At most 65,536 bytes of UTF-8. Required unless an attribute is given. */
  title: string;
}
/** The changes to make to a key: a title, attributes, or both. Use `revoke` to revoke a key. */
export type UpdateApiKeyInput = ApiKeyAttributesUpdate & (NewTitle | (SomeAttributes & Partial<NewTitle>));
/** An existing key and its changes. */
export type ChangeApiKeyInput = UpdateApiKeyInput & {
  /** The id of the key. */
  id: string;
};
/** One element of an upsert: without an id, a key to create; with one, changes of the key with that id. */
export type UpsertApiKeyInput = CreateApiKeyInput | ChangeApiKeyInput;
/** What is demanded of a key. Unknown members are rejected. */
export interface ApiKeyDemand {
  /**
   * Scopes, all of which the key must have. A key that is not limited by scopes has every scope. Default, if the member is
   * missing: none; `undefined` is rejected.
   */
  scopes?: readonly string[];
  /** The address of the caller, IPv4 or IPv6. A key with `allowed_ips` is refused without it. */
  ip?: string;
  /** The type of the owner that the key must have. Default, if the member is missing: any, or none; `undefined` is rejected. */
  owner_type?: string;
}
/**
 * Why a token is refused, in the order of judgment: it belongs to no key that `verify` accepts, the key was revoked, the
 * end that was set at its creation has passed, and what is demanded of it.
 */
export type RefusalReason =
  | "unknown"
  | "revoked"
  | "expired"
  | "ip_not_allowed"
  | "wrong_owner_type"
  | "insufficient_scope";
/** What a token is redeemed for. Unknown members are rejected. */
export interface RedeemInput {
  /** The purpose that the key must have. */
  purpose: string;
  /** Who redeems the token, stored as the key's `revoked_by`. Default: `null`. */
  revoked_by?: string | null;
  /** The address of the caller. A key with `allowed_ips` is refused without it. */
  ip?: string;
}
/**
 * Why a token cannot be redeemed, in the order of judgment: it belongs to no key, the key was revoked or redeemed, it has
 * expired, it has another purpose or none, it may not be used from this address.
 */
export type RedemptionRefusal = "unknown" | "revoked" | "expired" | "wrong_purpose" | "ip_not_allowed";
/** The result of `redeem`. */
export type Redemption =
  | {
      /** The token was accepted, and its key is ended. */
      valid: true;
      /** The key, now revoked. */
      key: ApiKey;
    }
  | {
      /** The token was refused. */
      valid: false;
      /** Why: for logs, not for clients. */
      reason: RedemptionRefusal;
    };
/** The result of `verify`. */
export type Verification =
  | {
      /** The token is accepted. */
      valid: true;
      /** The key of the token. */
      key: ApiKey;
    }
  | {
      /** The token is refused. */
      valid: false;
      /** Why: for logs, not for clients. */
      reason: RefusalReason;
    };
/** Who revokes keys, and when. */
export interface RevokeApiKeyInput {
  /** Who revokes, for example a user's id; must not be empty. */
  revoked_by: string;
  /**
   * Seconds until the revocation: 0 to 3,155,760,000 (a hundred years), kept to the millisecond. Default: 0, immediately.
   */
  revoke_in?: number;
}
/** Which keys a revocation reaches beside the named ones. */
export interface RevocationExtent {
  /**
   * Whether the keys that the named keys created end, too, and what those created, in the same transaction. Keys that end
   * earlier keep their end; keys that have ended are followed, not rejected. Default: `false`.
   */
  cascade?: boolean;
  /** Whether to change nothing and return the keys that would be revoked, as they are. Default: `false`. */
  dry_run?: boolean;
}
/** A revocation that returns every key that it revokes or, with `dry_run`, would revoke. */
export type ExtendedRevocation = RevokeApiKeyInput &
  RevocationExtent &
  (
    | {
        /** Also ends the keys that the named ones created. */
        cascade: true;
      }
    | {
        /** Only returns the keys. */
        dry_run: true;
      }
  );
/** Who revokes the key of a token. Unknown members are rejected. */
export interface RevokeTokenInput {
  /** Who revokes, for example a user's id; must not be empty. */
  revoked_by: string;
  /** Whether the keys that the key created end, too, and what those created. Default: `false`. */
  cascade?: boolean;
}
/** Which keys to delete. Unknown members are rejected. */
export interface PruneInput {
  /** The keys that were revoked, expired or were soft-deleted before this time, which must not be in the future. */
  endedBefore: Date | string;
  /** The maximum number of keys to delete. Default: no maximum. */
  limit?: number;
  /** Whether to delete nothing, and only count. Default: `false`. */
  dryRun?: boolean;
}
/** The result of `prune`. */
export interface PrunedApiKeys {
  /** The number of deleted keys; with `dryRun`, of the keys that would be deleted. */
  deleted: number;
  /** Whether more keys are due: call `prune` again. */
  more: boolean;
}
/** How to replace a key with a new one. Unknown members are rejected. */
export interface RollApiKeyInput extends RevokeApiKeyInput {
  /**
   * The new key's id; must be unused. At most 1,024 bytes of UTF-8; of a restricted key, `apk_` and a ULID. Default, and if
   * empty: generated.
   */
  id?: string;
  /** Who creates the new key. Default: the old key's `created_by`. */
  created_by?: string;
  /** The new key's title. Default: the old key's. */
  title?: string;
}
/** A revoked key and its replacement. */
export interface RolledApiKey {
  /** The old key, revoked immediately or after its grace period. */
  revoked: ApiKey;
  /** The new key, of the same type. Its secret `token` is shown once: store it now. */
  created: ApiKey;
}
/** A key whose token the caller has. Unknown members are rejected. */
export interface EnsureApiKeyInput extends Pick<CreateApiKeyInput, "scopes" | "owner" | "metadata" | "allowed_ips"> {
  /** The title; may be empty. At most 65,536 bytes of UTF-8. */
  title: string;
  /** What the key is for. */
  type: ApiKeyType;
  /** Who creates the key, for example a user's id; may be empty. At most 65,536 bytes of UTF-8. */
  created_by: string;
  /**
   * The token. Of a secret key: `sk_` and a random string of at least 128 bits, such as 32 random bytes in hex. Of a
   * publishable key: `pk_` and at least 5 characters. At most 512 visible ASCII characters.
   */
  token: string;
  /** The id, if the key is created; must be unused. Default: generated. */
  id?: string;
  /** Seconds from the creation until the key expires. An existing key keeps its end. Default: never. */
  expires_in?: number;
}
/** How `ensureApiKeys` treats existing keys and tokens. Unknown members are rejected. */
export interface EnsureApiKeysOptions {
  /** Whether existing keys get what is declared. `id` and `created_by` never change. Default: `false`. */
  update?: boolean;
  /** Whether a secret may be a token that can be guessed; rejected if `NODE_ENV` is `production`. Default: `false`. */
  allowWeak?: boolean;
}
/** A secret key of another system, of whose token only the hash is known. Unknown members are rejected. */
export interface ImportApiKeyInput
  extends Pick<
    CreateApiKeyInput,
    | ("title" | "created_by" | "id" | "expires_in" | "revoked_at" | "revoked_by")
    | ("last_used_at" | "created_at" | "updated_at" | "deleted_at")
    | ("scopes" | "owner" | "metadata" | "allowed_ips")
  > {
  /** The SHA-256 of the whole token, in hex or base64. The token must be random: 128 bits or more. */
  sha256: string;
  /** At most the first six and the last three characters of the token, with `***` between them. Default: `***`. */
  redacted?: string;
}
/**
 * What became of a declared key: `created` by this call; `unchanged`: it exists as declared; `different`: it exists, and
 * differs; `updated` by this call; `revoked` or expired, and `deleted` softly: its token is rejected, and stays so.
 */
export type DeclaredApiKeyState = "created" | "unchanged" | "different" | "updated" | "revoked" | "deleted";
/** A declared key, as it is after the call. */
export interface DeclaredApiKey {
  /** The key. The `token` of a secret key is `""`. */
  key: ApiKey;
  /** What became of it. */
  state: DeclaredApiKeyState;
  /** The members that are not as declared, if any. */
  differences?: (keyof ApiKey)[];
  /** The members that the call changed, if any. */
  updated?: (keyof ApiKey)[];
}
/** The names under which other modules link to a key. */
export type ApiKeyLinkName = "api_key_id" | "publishable_key_id";
/** How soft deletion and restoration report the affected keys. */
export interface LinkableKeysConfig {
  /** The names to include in the result. Default, and if empty: both. */
  returnLinkableKeys?: readonly string[];
}
/** The ids of the affected keys under each link name; `{}` if no key was affected. */
export type LinkableApiKeys = Partial<Record<ApiKeyLinkName, string[]>>;
/** Operators on one column; all of them must hold. */
export interface OperatorMap<T> {
  /** Equal. `null` matches an empty column. For several values use `$in`: an array is rejected. */
  $eq?: T | null;
  /** Not equal; does not match an empty column. `null` matches a column that is not empty. */
  $ne?: T | null;
  /** Equal to one of these values; an empty array matches nothing. */
  $in?: readonly (T | null)[];
  /** Equal to none of these values; does not match an empty column. */
  $nin?: readonly (T | null)[];
  /** Greater, or later. `null` matches nothing. */
  $gt?: T | null;
  /** Greater or equal, or not earlier. `null` matches nothing. */
  $gte?: T | null;
  /** Less, or earlier. `null` matches nothing. */
  $lt?: T | null;
  /** Less or equal, or not later. `null` matches nothing. */
  $lte?: T | null;
  /** `true` matches a column that is not empty, `false` an empty one. */
  $exists?: boolean;
}
/** Operators on one string column; all of them must hold. */
export interface TextOperatorMap<T extends string = string> extends OperatorMap<T> {
  /** SQL's `LIKE`, case-sensitive: `%` matches any string, `_` any character. */
  $like?: string;
  /** `$like`, but case-insensitive. */
  $ilike?: string;
  /** A regular expression. */
  $re?: string | RegExp;
  /** Contains all these words, each as a whole word. */
  $fulltext?: string;
}
/** A value to equal, several values of which one must equal, or operators. */
export type FilterValue<T, Operators = OperatorMap<T>> = T | null | readonly (T | null)[] | Operators;
/** A filter on a string column: a string, several strings, a pattern to match, or operators. */
export type TextFilter = FilterValue<string, TextOperatorMap> | RegExp;
/** A filter on a time column: `Date` objects or ISO 8601 strings (years 1 to 9999), in UTC if they have no zone. */
export type TimeFilter = FilterValue<Date | string>;
type FilterOf<T> = T extends Date
  ? TimeFilter
  : string extends T
    ? TextFilter
    : T extends string
      ? FilterValue<ApiKeyType, TextOperatorMap<ApiKeyType>>
      : never;
type ColumnConditions = {
  [Column in keyof ApiKey as Column extends "token" | keyof ApiKeyAttributes | symbol ? never : Column]?: FilterOf<
    NonNullable<ApiKey[Column]>
  >;
};
type Existence = null | {
  $exists: boolean;
};
interface AttributeConditions {
  /** The scopes contain this one, or all of these. Compares names: `products:*` is not found by `products:read`. */
  scopes?:
    | Existence
    | {
        /** A scope, or several of which the key has all. */
        $contains: string | readonly string[];
      };
  /** The owner, by its type, its id, or both; each may be one of several. An index serves conditions with `id`. */
  owner?:
    | Existence
    | {
        /** The owner's type, or several. */
        type: string | readonly string[];
        /** The owner's id, or several. */
        id?: string | readonly string[];
      }
    | {
        /** The owner's id, or several. */
        id: string | readonly string[];
      };
  /** Members of the metadata, compared for equality; `null` matches a member that is null or missing. */
  metadata?: Existence | Record<string, string | number | boolean | null>;
  /** Whether the key is limited to addresses. */
  allowed_ips?: Existence;
  /** The purpose, or one of several. */
  purpose?: Existence | string | readonly string[];
}
/** Conditions on the columns of a key, and groups of conditions; all of them must hold. */
export interface ApiKeyConditions extends ColumnConditions, AttributeConditions {
  /** The token of publishable keys: equality and `$in` only. Never matches a secret key. */
  token?: FilterValue<string, Pick<OperatorMap<string>, "$eq" | "$in">>;
  /** All of these must hold. */
  $and?: readonly ApiKeyConditions[];
  /** At least one of these must hold. */
  $or?: readonly ApiKeyConditions[];
  /** This must not hold. As in SQL, a comparison with an empty column is neither true nor false. */
  $not?: ApiKeyConditions;
}
/**
 * The keys to read; `{}` matches every key.
 *
 * A member that is `undefined`, at any level, is rejected with `invalid_data`: a missing variable must not match every key.
 * In Medusa it is ignored, as in Medusa's own module.
 */
export interface ApiKeyFilters extends ApiKeyConditions {
  /** Search words. Each must occur in the title or the redacted token, in upper or lower case. */
  q?: string;
}
/**
 * The keys to change; `{}` matches every key.
 *
 * As `ApiKeyFilters`, and these are rejected with `invalid_data`, also in Medusa: a selector that has members but sets no
 * condition, such as `{ q: "" }`, and a whole key, which would match nothing: pass its id.
 */
export interface ApiKeySelector extends ApiKeyFilters, NoWholeKey {}
/** The keys to change, by id. */
export interface ApiKeyIdSelector extends NoWholeKey {
  /** The id, or several ids. Ids that do not exist are ignored. */
  id: string | string[];
}
/** The name of a column or an attribute of a key. */
export type ApiKeyField = Extract<keyof ApiKey, string>;
interface ChangeMethods {
  /**
   * Changes the title of a key.
   *
   * @param id - The id of the key.
   * @param data - The new title.
   * @param sharedContext - Medusa's shared context; leave it out elsewhere.
   * @returns The changed key.
   * @throws ApiKeyError `not_found` if no key has the id.
   * @throws ApiKeyError `invalid_data` if the title is missing or invalid.
   *
   * @example
   * await keys.updateApiKeys("apk_01K5", { title: "Old storefront" })
   */
  updateApiKeys(id: string, data: UpdateApiKeyInput, sharedContext?: Context): Promise<ApiKey>;
  /**
   * Changes the title of the keys with the given ids. Ids that do not exist are ignored.
   *
   * @param selector - The ids of the keys.
   * @param data - The new title.
   * @param sharedContext - Medusa's shared context; leave it out elsewhere.
   * @returns The changed keys, sorted by id.
   * @throws ApiKeyError `invalid_data` if the ids or the title are invalid.
   *
   * @example
   * await keys.updateApiKeys({ id: ["apk_01K5", "apk_01K6"] }, { title: "Old storefront" })
   */
  updateApiKeys(selector: ApiKeyIdSelector, data: UpdateApiKeyInput, sharedContext?: Context): Promise<ApiKey[]>;
  /**
   * Changes the title of all keys that match; `{}` matches every key.
   *
   * @param selector - The keys to change.
   * @param data - The new title.
   * @param sharedContext - Medusa's shared context; leave it out elsewhere.
   * @returns The keys that match, sorted by id.
   * @throws ApiKeyError `invalid_data` if the selector or the title is invalid.
   *
   * @example
   * await keys.updateApiKeys({ created_by: "user_1", type: "secret" }, { title: "Keys of Ada" })
   */
  updateApiKeys(selector: ApiKeySelector, data: UpdateApiKeyInput, sharedContext?: Context): Promise<ApiKey[]>;
  /**
   * Revokes keys and, with `cascade`, every key that they created, and what those created, in one transaction. A key is
   * created by the key whose id is its `created_by`.
   *
   * No key is missed, even if the revoked keys create others meanwhile: a key that has ended creates none. With `revoke_in`
   * a key can still create others until its end. Descendants that are soft-deleted end, too.
   *
   * @param target - The id of a key, or a selector.
   * @param data - Who revokes, and when; `cascade`, `dry_run` or both.
   * @param sharedContext - Medusa's shared context; leave it out elsewhere.
   * @returns Every key that was revoked or, with `dry_run`, would be: the named ones first, each group sorted by id.
   * @throws ApiKeyError `not_found` if no key has the id.
   * @throws ApiKeyError `invalid_data` if `data` is invalid, or, without `cascade`, a key is already revoked.
   *
   * @example
   * const hit = await keys.revoke("apk_01K5", { revoked_by: "user_1", cascade: true, dry_run: true })
   * const ended = await keys.revoke("apk_01K5", { revoked_by: "user_1", cascade: true })
   */
  revoke(target: string | ApiKeySelector, data: ExtendedRevocation, sharedContext?: Context): Promise<ApiKey[]>;
  /**
   * Revokes a key, immediately or after `revoke_in` seconds.
   *
   * @param id - The id of the key.
   * @param data - Who revokes, and when. Default: immediately, and `revoked_by` stays `null`.
   * @param sharedContext - Medusa's shared context; leave it out elsewhere.
   * @returns The revoked key.
   * @throws ApiKeyError `not_found` if no key has the id.
   * @throws ApiKeyError `invalid_data` if the key is already revoked, or `data` is invalid.
   *
   * @example
   * await keys.revoke("apk_01K5", { revoked_by: "user_1", revoke_in: 3600 })
   */
  revoke(id: string, data?: RevokeApiKeyInput, sharedContext?: Context): Promise<ApiKey>;
  /**
   * Revokes the keys with the given ids, or none if one of them is already revoked. Ids that do not exist are ignored.
   *
   * @param selector - The ids of the keys.
   * @param data - Who revokes, and when.
   * @param sharedContext - Medusa's shared context; leave it out elsewhere.
   * @returns The revoked keys, sorted by id.
   * @throws ApiKeyError `invalid_data` if a key is already revoked, or the ids or `data` are invalid.
   *
   * @example
   * const revoked = await keys.revoke({ id: ["apk_01K5", "apk_01K6"] }, { revoked_by: "user_1" })
   */
  revoke(selector: ApiKeyIdSelector, data: RevokeApiKeyInput, sharedContext?: Context): Promise<ApiKey[]>;
  /**
   * Revokes all keys that match, or none if one of them is already revoked; `{}` matches every key.
   *
   * @param selector - The keys to revoke.
   * @param data - Who revokes, and when.
   * @param sharedContext - Medusa's shared context; leave it out elsewhere.
   * @returns The revoked keys, sorted by id.
   * @throws ApiKeyError `invalid_data` if a key is already revoked, or the selector or `data` is invalid.
   *
   * @example
   * const revoked = await keys.revoke({ created_by: "user_2", revoked_at: null }, { revoked_by: "user_1" })
   */
  revoke(selector: ApiKeySelector, data: RevokeApiKeyInput, sharedContext?: Context): Promise<ApiKey[]>;
  /**
   * Revokes keys, and with `cascade` also what they created, where the flags are not known beforehand.
   *
   * @param target - The id of a key, or a selector.
   * @param data - Who revokes, and when; `cascade` and `dry_run`.
   * @param sharedContext - Medusa's shared context; leave it out elsewhere.
   * @returns The revoked key for an id without either flag; otherwise a list of keys.
   * @throws ApiKeyError `not_found` if no key has the id.
   * @throws ApiKeyError `invalid_data` if `data` is invalid, or, without `cascade`, a key is already revoked.
   *
   * @example
   * const found: { cascade: boolean } = JSON.parse("{ \"cascade\": true }")
   * const revoked = [await keys.revoke("apk_01K5", { revoked_by: "user_1", ...found })].flat()
   */
  revoke(
    target: string | ApiKeySelector,
    data: RevokeApiKeyInput & RevocationExtent,
    sharedContext?: Context,
  ): Promise<ApiKey | ApiKey[]>;
  /**
   * Revokes the key of a secret token immediately, for those who find a leaked token. Whether the token belonged to a key is
   * not returned.
   *
   * It ends every kind of secret key: restricted, for single use, scheduled to end, or soft-deleted. A key that has ended
   * keeps its times.
   *
   * @param token - The whole token.
   * @param data - Who revokes, and whether what the key created ends, too.
   * @param sharedContext - Medusa's shared context; leave it out elsewhere.
   * @throws ApiKeyError `invalid_data` if the string cannot be a secret token: it is publishable, a redacted form, the id of a
   * key, or has spaces; or if `data` is invalid. `unexpected_state` if the hash of its key cannot be verified, because
   * `hashKeys` lacks a hash key.
   *
   * @example
   * await keys.revokeToken("sk_…", { revoked_by: "secret-scanner", cascade: true })
   */
  revokeToken(token: string, data: RevokeTokenInput, sharedContext?: Context): Promise<void>;
  /**
   * Ends a single-use key by its token: of all calls with the token, in any process, one gets the key.
   *
   * For tokens that allow one action, such as a password reset: create a key with a `purpose` and an `owner`, and act for
   * the owner of the key that this method returns. Every call reads the database. A wrong purpose does not end the key.
   *
   * @param token - The token.
   * @param data - The purpose that the key must have, and who redeems it.
   * @param sharedContext - Medusa's shared context; leave it out elsewhere.
   * @returns The key, which has ended, or the reason against it.
   * @throws ApiKeyError `invalid_data` if `data` is invalid, whatever the token.
   * @throws ApiKeyError `database_error` if the token could not be redeemed; with `outcome: "unknown"` it may have been.
   *
   * @example
   * const redeemed = await keys.redeem("sk_…", { purpose: "password-reset" })
   * if (redeemed.valid) {
   *   console.log(`a new password for ${redeemed.key.owner?.id}`)
   * }
   */
  redeem(token: string, data: RedeemInput, sharedContext?: Context): Promise<Redemption>;
  /**
   * Replaces a key in one transaction: creates a new one and revokes the old one, immediately or after a grace period.
   *
   * **The token of the new secret key is shown once:** `created.token` holds it, and no later call returns it. Store it now.
   *
   * @param id - The id of the key to replace.
   * @param data - Who revokes the old key, its grace period `revoke_in` in seconds, and what differs in the new one.
   * @param sharedContext - Medusa's shared context; leave it out elsewhere.
   * @returns The revoked key and the created key.
   * @throws ApiKeyError `not_found` if no key has the id.
   * @throws ApiKeyError `invalid_data` if the key is revoked, or will be at a set time, or `data` is invalid, or the new id
   *   is taken.
   * @throws ApiKeyError `unexpected_state` if too many tokens are waiting to be hashed (`hashQueueLimit`).
   *
   * @example
   * const { created } = await keys.rollApiKeys("apk_01K5", { revoked_by: "user_1", revoke_in: 24 * 60 * 60 })
   * console.log(created.token)
   */
  rollApiKeys(id: string, data: RollApiKeyInput, sharedContext?: Context): Promise<RolledApiKey>;
}
interface CreateMethods {
  /**
   * Creates several keys, all or none, and returns them in the given order.
   *
   * **The token of a secret key is shown once:** this result holds it, and no later call returns it. Store it now.
   *
   * @param data - The keys to create.
   * @param sharedContext - Medusa's shared context; leave it out elsewhere.
   * @returns The keys, each with its `token`.
   * @throws ApiKeyError `invalid_data` if a field is missing or invalid, or an id is taken; the message names it.
   * @throws ApiKeyError `unexpected_state` if too many tokens are waiting to be hashed (`hashQueueLimit`).
   *
   * @example
   * const [web, app] = await keys.createApiKeys([
   *   { title: "Web", type: "publishable", created_by: "user_1" },
   *   { title: "App", type: "publishable", created_by: "user_1" },
   * ])
   */
  createApiKeys(data: CreateApiKeyInput[], sharedContext?: Context): Promise<ApiKey[]>;
  /**
   * Creates a key.
   *
   * **The token of a secret key is shown once:** this result holds it, and no later call returns it. Store it now.
   *
   * @param data - The key to create.
   * @param sharedContext - Medusa's shared context; leave it out elsewhere.
   * @returns The key with its `token`.
   * @throws ApiKeyError `invalid_data` if a field is missing or invalid, or the id is taken; the message names it.
   * @throws ApiKeyError `unexpected_state` if too many tokens are waiting to be hashed (`hashQueueLimit`).
   *
   * @example
   * const { token } = await keys.createApiKeys({
   *   title: "CI",
   *   type: "secret",
   *   created_by: "user_1",
   *   expires_in: 30 * 24 * 60 * 60, // seconds
   * })
   */
  createApiKeys(data: CreateApiKeyInput, sharedContext?: Context): Promise<ApiKey>;
  /**
   * Creates several keys; another name for `createApiKeys`. The token of a secret key is shown once, in this result.
   *
   * @deprecated Use `createApiKeys`. This name exists because Medusa's earlier documentation uses it.
   * @param data - The keys to create.
   * @param sharedContext - Medusa's shared context; leave it out elsewhere.
   * @returns The keys, each with its `token`.
   *
   * @example
   * const [web] = await keys.create([{ title: "Web", type: "publishable", created_by: "user_1" }])
   */
  create(data: CreateApiKeyInput[], sharedContext?: Context): Promise<ApiKey[]>;
  /**
   * Creates a key; another name for `createApiKeys`. The token of a secret key is shown once, in this result.
   *
   * @deprecated Use `createApiKeys`. This name exists because Medusa's earlier documentation uses it.
   * @param data - The key to create.
   * @param sharedContext - Medusa's shared context; leave it out elsewhere.
   * @returns The key with its `token`.
   *
   * @example
   * const { token } = await keys.create({ title: "CI", type: "secret", created_by: "user_1" })
   */
  create(data: CreateApiKeyInput, sharedContext?: Context): Promise<ApiKey>;
  /**
   * Creates the keys without an id and changes the title of those with one, all or none.
   *
   * **The token of a secret key is shown once:** this result holds it for the created keys. Store it now.
   *
   * @param data - Keys to create, and ids with new titles.
   * @param sharedContext - Medusa's shared context; leave it out elsewhere.
   * @returns The created keys in the given order, then the changed keys sorted by id.
   * @throws ApiKeyError `invalid_data` if a field is missing or invalid; the message names it.
   * @throws ApiKeyError `not_found` if no key has a given id.
   * @throws ApiKeyError `unexpected_state` if too many tokens are waiting to be hashed (`hashQueueLimit`).
   *
   * @example
   * const [created, changed] = await keys.upsertApiKeys([
   *   { id: "apk_01K5", title: "Old storefront" },
   *   { title: "New storefront", type: "publishable", created_by: "user_1" },
   * ])
   */
  upsertApiKeys(data: UpsertApiKeyInput[], sharedContext?: Context): Promise<ApiKey[]>;
  /**
   * Creates a key, or changes the title of the key with the given id.
   *
   * **The token of a secret key is shown once:** this result holds it for a created key. Store it now.
   *
   * @param data - A key to create, or an id and a new title.
   * @param sharedContext - Medusa's shared context; leave it out elsewhere.
   * @returns The key.
   * @throws ApiKeyError `invalid_data` if a field is missing or invalid; the message names it.
   * @throws ApiKeyError `not_found` if no key has the given id.
   * @throws ApiKeyError `unexpected_state` if too many tokens are waiting to be hashed (`hashQueueLimit`).
   *
   * @example
   * const key = await keys.upsertApiKeys({ id: "apk_01K5", title: "Old storefront" })
   */
  upsertApiKeys(data: UpsertApiKeyInput, sharedContext?: Context): Promise<ApiKey>;
}
interface DeclareMethods {
  /**
   * Creates the keys whose tokens are not in the table, all or none. Use it for keys of a deployment, of seeds and of CI.
   *
   * Safe to repeat, and to call from many processes at once: a token gets one key. A key that was revoked or deleted
   * stays so. No result holds the token of a secret key.
   *
   * @param data - The keys to declare. The token of a secret key must be random; generate it once and keep it secret.
   * @param options - Whether existing keys are updated, and whether weak tokens are allowed.
   * @param sharedContext - Medusa's shared context; leave it out elsewhere.
   * @returns For each key, in the given order, what became of it.
   * @throws ApiKeyError `invalid_data` if a member is invalid or unknown, a token can be guessed or appears twice, or an
   *   id is taken; the message names the element and the member.
   * @throws ApiKeyError `unexpected_state` if the row of a token has a hash that the service cannot verify, or too many
   *   tokens are waiting to be hashed (`hashQueueLimit`).
   *
   * @example
   * async function declare(token: string) {
   *   const [ci] = await keys.ensureApiKeys([{ title: "CI", type: "secret", created_by: "deployment", token }])
   *   if (ci?.state === "revoked") throw new Error(`${ci.key.redacted} was revoked; replace it`)
   * }
   */
  ensureApiKeys(
    data: EnsureApiKeyInput[],
    options?: EnsureApiKeysOptions,
    sharedContext?: Context,
  ): Promise<DeclaredApiKey[]>;
  /**
   * Creates a key, unless its token is in the table. See the overload for several keys.
   *
   * @param data - The key to declare.
   * @param options - Whether an existing key is updated, and whether a weak token is allowed.
   * @param sharedContext - Medusa's shared context; leave it out elsewhere.
   * @returns What became of the key.
   * @throws ApiKeyError `invalid_data` if a member is invalid or unknown, the token can be guessed, or the id is taken.
   *
   * @example
   * const { state } = await keys.ensureApiKeys(
   *   { title: "Web", type: "publishable", created_by: "seed", token: "pk_storefront" },
   *   { update: true },
   * )
   */
  ensureApiKeys(
    data: EnsureApiKeyInput,
    options?: EnsureApiKeysOptions,
    sharedContext?: Context,
  ): Promise<DeclaredApiKey>;
  /**
   * Creates secret keys from the SHA-256 of tokens that another system issued, all or none. The tokens keep working.
   *
   * Safe to repeat: a token gets one key. The call is one transaction within `callTimeout`.
   *
   * @param data - At most 100,000 keys.
   * @param sharedContext - Medusa's shared context; leave it out elsewhere.
   * @returns For each key, in the given order, what became of it.
   * @throws ApiKeyError `invalid_data` if a member is invalid or unknown, a hash appears twice, or an id is taken; the
   *   message names the element and the member.
   *
   * @example
   * const rows = [{ name: "Old", user: "user_1", hash: "c72f6d852a280f0e610550870afae5cb0619f1efe6dbfe9b0ef671aa5488f3c3" }]
   * const imported = await keys.importApiKeys(
   *   rows.map(({ name, user, hash }) => ({ title: name, created_by: user, sha256: hash })),
   * )
   */
  importApiKeys(data: ImportApiKeyInput[], sharedContext?: Context): Promise<DeclaredApiKey[]>;
  /**
   * Creates a secret key from the SHA-256 of a token that another system issued. See the overload for several keys.
   *
   * @param data - The key.
   * @param sharedContext - Medusa's shared context; leave it out elsewhere.
   * @returns What became of the key.
   * @throws ApiKeyError `invalid_data` if a member is invalid or unknown, or the id is taken; the message names it.
   *
   * @example
   * const sha256 = "c72f6d852a280f0e610550870afae5cb0619f1efe6dbfe9b0ef671aa5488f3c3"
   * const { key } = await keys.importApiKeys({ title: "Old key", created_by: "user_1", sha256, redacted: "re_***" })
   */
  importApiKeys(data: ImportApiKeyInput, sharedContext?: Context): Promise<DeclaredApiKey>;
}
interface DeleteMethods {
  /**
   * Deletes revoked or soft-deleted keys permanently, all or none. Ids that do not exist are ignored.
   *
   * In Medusa, a workflow that is being compensated also deletes the keys that it created, revoked or not.
   *
   * @param ids - The id, or several ids.
   * @param sharedContext - Medusa's shared context; leave it out elsewhere.
   * @throws ApiKeyError `not_allowed` if a key is neither revoked nor soft-deleted; the message names all such keys.
   * @throws ApiKeyError `invalid_data` if an id is not a string.
   * @throws ApiKeyError `not_found` if an id is a token; nothing is deleted.
   *
   * @example
   * await keys.deleteApiKeys(["apk_01K5", "apk_01K6"])
   */
  deleteApiKeys(ids: string | string[], sharedContext?: Context): Promise<void>;
  /**
   * Deletes the keys that ended before a time, in transactions of a thousand keys that hold no lock for long. What is
   * deleted cannot be restored, and a cascade no longer finds what such a key created.
   *
   * @param settings - The time, and the maximum number of keys.
   * @param sharedContext - Medusa's shared context; leave it out elsewhere.
   * @returns The number of deleted keys, and whether more are due. The call ends before `callTimeout`, and leaves keys that
   * another transaction holds locked: call it again while `more` is `true`.
   * @throws ApiKeyError `invalid_data` if the time is missing, invalid or in the future, or another member is invalid.
   *
   * @example
   * const { deleted, more } = await keys.prune({ endedBefore: "2026-01-01" })
   */
  prune(settings: PruneInput, sharedContext?: Context): Promise<PrunedApiKeys>;
  /**
   * Soft-deletes keys: `authenticate` rejects them, and only reads with `withDeleted` return them.
   *
   * @param targets - Ids or selectors, one or several; `{}` matches every key.
   * @param config - The link names to include in the result. Default: all.
   * @param sharedContext - Medusa's shared context; leave it out elsewhere.
   * @returns The ids of the deleted keys under each link name, sorted.
   * @throws ApiKeyError `invalid_data` if a target is invalid.
   * @throws ApiKeyError `not_found` if a target is a token; nothing is changed.
   *
   * @example
   * const { api_key_id } = await keys.softDeleteApiKeys({ title: { $like: "test %" } })
   */
  softDeleteApiKeys(
    targets: string | ApiKeySelector | (string | ApiKeySelector)[],
    config?: LinkableKeysConfig | null,
    sharedContext?: Context,
  ): Promise<LinkableApiKeys>;
  /**
   * Restores soft-deleted keys.
   *
   * @param targets - Ids or selectors, one or several; `{}` matches every key.
   * @param config - The link names to include in the result. Default: all.
   * @param sharedContext - Medusa's shared context; leave it out elsewhere.
   * @returns The ids of all keys that match under each link name, sorted, including keys that were not deleted.
   * @throws ApiKeyError `invalid_data` if a target is invalid.
   * @throws ApiKeyError `not_found` if a target is a token; nothing is changed.
   *
   * @example
   * await keys.restoreApiKeys("apk_01K5")
   */
  restoreApiKeys(
    targets: string | ApiKeySelector | (string | ApiKeySelector)[],
    config?: LinkableKeysConfig | null,
    sharedContext?: Context,
  ): Promise<LinkableApiKeys>;
}
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
declare global {
  interface SymbolConstructor {
    /** As in TypeScript's library `esnext.disposable`, which a program may not include. */
    readonly asyncDispose: unique symbol;
  }
}
interface LifecycleMethods {
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
type Direction = "ASC" | "DESC";
type DirectionWithNulls = Direction | `${Direction} NULLS ${"FIRST" | "LAST"}`;
/**
 * A sort direction; 1 is ascending, -1 descending. Without `NULLS`, empty columns sort as the largest values: last when
 * ascending, first when descending.
 */
export type SortDirection = DirectionWithNulls | Lowercase<DirectionWithNulls> | 1 | -1;
interface LinkedOrder {
  /** A column of a table that `__internal.crossModuleJoins` reaches. */
  [column: `${string}.${string}`]: SortDirection;
}
/** The columns to sort by, most significant first. `token` is rejected: its order would reveal hashes. */
export type ApiKeyOrder = {
  [Field in Exclude<ApiKeyField, "token" | keyof ApiKeyAttributes>]?: SortDirection;
} & LinkedOrder;
/** The columns to return; `"*"` means all. */
export type ApiKeySelect = readonly (ApiKeyField | "*")[];
declare const allFields: unique symbol;
type AllFields = ApiKeySelect & {
  readonly [allFields]: true;
};
type Checked<Select> = Select extends readonly (infer Name)[] ? (string extends Name ? Select : ApiKeySelect) : Select;
/**
 * The columns, page and order of a read. `Select` is the type of `select`, from which the type of the result follows.
 *
 * Unknown members are rejected with `invalid_data`. In Medusa they are ignored, except other names for a page, such as
 * `limit` and `offset`.
 */
export interface FindConfig<Select extends readonly string[] | undefined = ApiKeySelect | undefined> {
  /** The columns to return; `id` is always among them. Strings that name no column are ignored. Default: all. */
  select?: Select & Checked<Select>;
  /** The maximum number of keys, an integer. Default, and for numbers above `Number.MAX_SAFE_INTEGER`: no limit. */
  take?: number | null;
  /** The number of keys to skip, an integer. Default: 0. */
  skip?: number | null;
  /** The columns to sort by. Default: `{ id: "ASC" }`. Other columns and directions are rejected with `invalid_data`. */
  order?: ApiKeyOrder | readonly ApiKeyOrder[];
  /** Whether to include soft-deleted keys. Default: `false`. */
  withDeleted?: boolean;
  /** No effect, because keys have no relations; accepted because Medusa sends it. */
  relations?: readonly string[];
  /** Medusa's named filters: `softDeletable` and `freeTextSearch_ApiKey`; others are ignored. */
  filters?: Record<string, unknown>;
  /** Filters and joins on linked modules, as Medusa's query engine sends them. PostgreSQL only. */
  __internal?: {
    /** The joins, which name links and columns. */
    crossModuleJoins?: readonly object[];
  };
}
type Single<Name, Each = Name> = Name extends unknown ? ([Each] extends [Name] ? Name : never) : never;
type Certain<Select extends readonly string[]> = number extends Select["length"]
  ? never
  : Extract<
      {
        [Index in keyof Select]: Single<Select[Index]>;
      }[number],
      ApiKeyField | "*"
    >;
type Possible<Select extends readonly string[]> = string extends Select[number]
  ? ApiKeyField
  : "*" extends Select[number]
    ? ApiKeyField
    : Extract<Select[number], ApiKeyField>;
type Part<Sure extends ApiKeyField, Perhaps extends ApiKeyField> = [Exclude<Perhaps, Sure>] extends [never]
  ? Pick<ApiKey, Sure>
  : Pick<ApiKey, Sure> & Partial<Pick<ApiKey, Exclude<Perhaps, Sure>>>;
/**
 * A key as a read with `select` returns it. `id` is always there.
 *
 * | `select` | result |
 * |---|---|
 * | none, or with `"*"` | `ApiKey` |
 * | literals: `["id", "title"]` | `Pick<ApiKey, "id" \| "title">` |
 * | not known at compile time: `string[]` | `id`; every other column may be missing |
 */
export type SelectedApiKey<Select extends readonly string[] | undefined> = 0 extends 1 & Select
  ? ApiKey
  : Select extends AllFields | undefined
    ? ApiKey
    : Select extends readonly string[]
      ? "*" extends Certain<Select>
        ? ApiKey
        : Part<"id" | Exclude<Certain<Select>, "*">, Possible<Select>>
      : never;
interface ReadMethods {
  /**
   * Returns a key by its id.
   *
   * @param id - The id of the key.
   * @returns The key; the `token` of a secret key is `""`.
   * @throws ApiKeyError `not_found` if no key has the id, or it is not a string.
   *
   * @example
   * const key = await keys.retrieveApiKey("apk_01K5")
   */
  retrieveApiKey(id: string): Promise<ApiKey>;
  /**
   * Returns a key by its id, with the selected columns.
   *
   * @param id - The id of the key.
   * @param config - The columns to return, and whether to find soft-deleted keys.
   * @param sharedContext - Medusa's shared context; leave it out elsewhere.
   * @returns The key, as far as selected; the `token` of a secret key is `""`.
   * @throws ApiKeyError `not_found` if no key has the id, or it is not a string.
   * @throws ApiKeyError `invalid_data` if the config is invalid; the message names the member.
   *
   * @example
   * const { title } = await keys.retrieveApiKey("apk_01K5", { select: ["id", "title"] })
   */
  retrieveApiKey<const Select extends readonly string[] | undefined = AllFields>(
    id: string,
    config?: FindConfig<Select>,
    sharedContext?: Context,
  ): Promise<SelectedApiKey<Select>>;
  /**
   * Returns all keys, sorted by id.
   *
   * @returns The keys; the `token` of a secret key is `""`.
   *
   * @example
   * const all = await keys.listApiKeys()
   */
  listApiKeys(): Promise<ApiKey[]>;
  /**
   * Returns the keys that match, by default sorted by id.
   *
   * @param filters - The keys to return. Default: all.
   * @param config - The columns, page and order.
   * @param sharedContext - Medusa's shared context; leave it out elsewhere.
   * @returns The keys, as far as selected; the `token` of a secret key is `""`.
   * @throws ApiKeyError `invalid_data` if a filter or the config is invalid; the message names the member.
   *
   * @example
   * const latest = await keys.listApiKeys(
   *   { type: "secret", revoked_at: null },
   *   { select: ["id", "title"], order: { created_at: "DESC" }, take: 10 },
   * )
   */
  listApiKeys<const Select extends readonly string[] | undefined = AllFields>(
    filters?: ApiKeyFilters,
    config?: FindConfig<Select>,
    sharedContext?: Context,
  ): Promise<SelectedApiKey<Select>[]>;
  /**
   * Returns all keys; another name for `listApiKeys`.
   *
   * @deprecated Use `listApiKeys`. This name exists because Medusa's earlier documentation uses it.
   * @returns The keys; the `token` of a secret key is `""`.
   *
   * @example
   * const all = await keys.list()
   */
  list(): Promise<ApiKey[]>;
  /**
   * Returns the keys that match; another name for `listApiKeys`.
   *
   * @deprecated Use `listApiKeys`. This name exists because Medusa's earlier documentation uses it.
   * @param filters - The keys to return. Default: all.
   * @param config - The columns, page and order.
   * @param sharedContext - Medusa's shared context; leave it out elsewhere.
   * @returns The keys, as far as selected; the `token` of a secret key is `""`.
   *
   * @example
   * const secrets = await keys.list({ type: "secret" }, { take: 10 })
   */
  list<const Select extends readonly string[] | undefined = AllFields>(
    filters?: ApiKeyFilters,
    config?: FindConfig<Select>,
    sharedContext?: Context,
  ): Promise<SelectedApiKey<Select>[]>;
  /**
   * Returns all keys, sorted by id, and their number.
   *
   * @returns The keys, and how many there are.
   *
   * @example
   * const [all, count] = await keys.listAndCountApiKeys()
   */
  listAndCountApiKeys(): Promise<[ApiKey[], number]>;
  /**
   * Returns a page of the keys that match, and the number of all that match, both from one database snapshot.
   *
   * @param filters - The keys to return. Default: all.
   * @param config - The columns, page and order.
   * @param sharedContext - Medusa's shared context; leave it out elsewhere.
   * @returns The keys of the page, as far as selected, and the number of keys on all pages.
   * @throws ApiKeyError `invalid_data` if a filter or the config is invalid; the message names the member.
   *
   * @example
   * const [page, count] = await keys.listAndCountApiKeys({ q: "storefront" }, { take: 20, skip: 40 })
   */
  listAndCountApiKeys<const Select extends readonly string[] | undefined = AllFields>(
    filters?: ApiKeyFilters,
    config?: FindConfig<Select>,
    sharedContext?: Context,
  ): Promise<[SelectedApiKey<Select>[], number]>;
  /**
   * Returns the secret key that a token belongs to, or `false`.
   *
   * `false` for every other input: a restricted key (see `verify`), a wrong, revoked, expired, soft-deleted or publishable token, a non-string, a string of
   * more than 512 characters or with any that is not visible ASCII. The key's `token` is `""`, and its `last_used_at` is the use before
   * this one, as far as it has been written.
   *
   * @param token - The token to check.
   * @param sharedContext - Medusa's shared context; leave it out elsewhere.
   * @returns The key, or `false`.
   * @throws ApiKeyError `database_error` or `unexpected_state` if the token could not be checked.
   *
   * @example
   * const key = await keys.authenticate("sk_…")
   * if (key) {
   *   console.log(`request by ${key.title}`)
   * }
   */
  authenticate(token: string, sharedContext?: Context): Promise<ApiKey | false>;
  /**
   * Judges a token: whether it belongs to an active secret key, and the key satisfies a demand.
   *
   * Keys with scopes, allowed addresses, or an owner other than a user are accepted here alone: `authenticate` refuses
   * them. The reason of a refusal is for the operator: answer a request with 401 for `unknown`, `revoked` and `expired`
   * alike, and with 403 for the others. Only a valid token counts as a use.
   *
   * @param token - The token to check.
   * @param demand - The scopes, address and owner type that are demanded. Default: none.
   * @param sharedContext - Medusa's shared context; leave it out elsewhere.
   * @returns The key, or the reason against it.
   * @throws ApiKeyError `invalid_data` for an invalid demand; the message names the member.
   * @throws ApiKeyError `database_error` or `unexpected_state` if the token could not be checked.
   *
   * @example
   * const verified = await keys.verify("sk_…", { scopes: ["products:read"], ip: "203.0.113.7" })
   * if (verified.valid) {
   *   console.log(`request for ${verified.key.owner?.id}`)
   * }
   */
  verify(token: string, demand?: ApiKeyDemand, sharedContext?: Context): Promise<Verification>;
}
/**
 * Creates, finds, authenticates, rolls and revokes API keys.
 *
 * Every method returns a promise, which rejects with an `ApiKeyError`. A method that writes uses one transaction: if it
 * rejects, nothing was written. Arguments are never changed.
 *
 * @example
 * const keys = new ApiKeyModuleService({ databaseUrl: "sqlite:api-keys.db" })
 * const { token } = await keys.createApiKeys({ title: "CI", type: "secret", created_by: "user_1" })
 * const key = await keys.authenticate(token) // the key, or false
 * await keys.close()
 */
export interface ApiKeyModuleService
  extends CreateMethods,
    DeclareMethods,
    ReadMethods,
    ChangeMethods,
    DeleteMethods,
    LifecycleMethods {}
/** The class of the service. */
export interface ApiKeyModuleServiceConstructor {
  /**
   * A service with its own database connection, which opens on first use. Call `close` when done.
   *
   * @param options - The options of the service. Default: an SQLite database, `api-keys.db` in the working directory.
   * @throws ApiKeyError `invalid_argument` if an option is unknown or invalid; the message names it.
   * @throws Error if the native part for this platform is not installed; the message says what to do.
   *
   * @example
   * const keys = new ApiKeyModuleService({ databaseUrl: "postgres://api@localhost:5432/shop" })
   */
  new (options?: ApiKeyModuleOptions): ApiKeyModuleService;
  /**
   * The module in Medusa, which calls this constructor itself.
   *
   * @param cradle - The module's container, which holds the event bus, logger and connection.
   * @param options - The module's options from `medusa-config`; unknown options are ignored.
   * @param moduleDeclaration - The module's declaration from `medusa-config`; not used.
   * @throws ApiKeyError `invalid_argument` if an option is invalid; the message names it.
   *
   * @example
   * class ShopKeys extends ApiKeyModuleService {
   *   constructor(cradle: object, options?: ApiKeyModuleOptions) {
   *     super(cradle, options)
   *   }
   * }
   */
  new (cradle: object, options: ApiKeyModuleOptions | undefined, moduleDeclaration?: unknown): ApiKeyModuleService;
  /** The prototype of every service. */
  readonly prototype: ApiKeyModuleService;
}
/** Creates, finds, authenticates, rolls and revokes API keys. */
export declare const ApiKeyModuleService: ApiKeyModuleServiceConstructor;
/** How Medusa calls a module's migrations. */
export interface MigrationCall {
  /** The module's options, to which Medusa adds its own connection. */
  options?: ApiKeyModuleOptions | null;
  /** The logger for progress. Default: `console`. */
  logger?: MigrationLogger;
  /** Medusa's container. */
  container?: {
    /** What is registered in the container, by name. */
    cradle?: object;
  };
}
/** The part of Medusa's logger that is used here. */
export interface MigrationLogger {
  /** Logs progress. */
  info(message: string): void;
}
/** An applied migration step, as Medusa records it. */
export interface TakenStep {
  /** Its name. */
  name: string;
  /** The file that applied it. */
  path: string;
}
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
export declare class ApiKeyError extends Error {
  /** Marks the error as Medusa's. */
  readonly __isMedusaError: true;
  /** The type of the error. */
  readonly type: ApiKeyErrorType;
  /** Always `undefined`; the key exists because Medusa's own errors have it. */
  readonly code: undefined;
  /** When it happened. */
  readonly date: Date;
  /** PostgreSQL's SQLSTATE. Absent for other errors, and on SQLite, whose messages describe the problem. */
  readonly sqlstate?: string;
  /**
   * `"unknown"` for a write whose response was lost, if its outcome could not be looked up within `callTimeout`: check
   * whether it took effect before you retry it. Absent otherwise; a call that rejects has then written nothing.
   */
  readonly outcome?: "unknown";
  /** Creates an error of Medusa's shape. */
  constructor(type: ApiKeyErrorType, message: string, sqlstate?: string, outcome?: "unknown");
}
/** The names of events about keys. Each has a channel of `node:diagnostics_channel`: `medusa-api-key-native:<name>`. */
export type ApiKeyActivityName = "key.created" | "key.rolled" | "key.revoked" | "key.verified" | "key.refused";
/** Why a token was refused, or the type of the error with which a call failed. */
export type ApiKeyActivityReason = RefusalReason | RedemptionRefusal | "restricted" | ApiKeyErrorType;
/** The methods that publish events about keys. */
export type ApiKeyActivityMethod =
  | "createApiKeys"
  | "upsertApiKeys"
  | "ensureApiKeys"
  | "importApiKeys"
  | "rollApiKeys"
  | "revoke"
  | "revokeToken"
  | "redeem"
  | "authenticate"
  | "verify";
/**
 * A message on these channels: one for each key that a call changed, after the change was committed, and one for each call
 * of `authenticate`, `verify` and `redeem`. It contains no token, no hash and no redacted form. It is frozen; all
 * subscribers get the same `Date` objects.
 */
export interface ApiKeyActivity {
  /** The name of the event. */
  name: ApiKeyActivityName;
  /** The method that was called. */
  method: ApiKeyActivityMethod;
  /** What happened. `failed`: the call rejected, so nothing is known about the token; the name is `key.refused`. */
  outcome: "created" | "rolled" | "revoked" | "verified" | "refused" | "failed";
  /** The id of the key; `null` if a refused token belongs to none. Of a rolled key, the id of the old one. */
  keyId: string | null;
  /** The type of the key; `null` without a key. */
  keyType: ApiKeyType | null;
  /** Who did it: `created_by` of a new key, `revoked_by` of a revoked or rolled one. `null` for a use, or if not given. */
  actor: string | null;
  /**
   * Why the token was refused, or the type of the error of a failed call; otherwise `null`. `restricted`: `authenticate`
   * refused a key that only `verify` or `redeem` accepts.
   */
  reason: ApiKeyActivityReason | null;
  /** The id of the new key of a roll; otherwise `null`. */
  successorId: string | null;
  /** When a revoked or rolled key ends, which may be later; otherwise `null`. */
  endsAt: Date | null;
  /** When the method was called. */
  at: Date;
  /** How long the call took, in milliseconds. */
  durationMs: number;
}
/** The names of background events. Each has a channel of `node:diagnostics_channel`: `medusa-api-key-native:<name>`. */
export type ApiKeyDiagnosticsName =
  | "lease.held"
  | "lease.lost"
  | "readBatcher.lost"
  | "readBatcher.reconnected"
  | "queue.full"
  | "hashKey.unknown";
/** A message on these channels. It contains no token, no hash, no id of an API key and no SQL. */
export interface ApiKeyDiagnostics {
  /** The name of the event. */
  name: ApiKeyDiagnosticsName;
  /** Why a lease was lost, or the id of an unknown hash key; otherwise `null`. */
  reason: string | null;
}
/** A module in the form that Medusa loads. */
export interface ApiKeyModule {
  /** The class that Medusa constructs. */
  service: ApiKeyModuleServiceConstructor;
  /** The links that other modules can define to a key. */
  linkable: ApiKeyLinkable;
  /** Runs the migrations for `medusa db:migrate`; returns the applied steps. */
  runMigrations(call: MigrationCall): Promise<TakenStep[]>;
  /** Reverts the named steps, or all of them, for `medusa db:rollback`. The table and its keys stay. */
  revertMigration(
    call: MigrationCall & {
      migrationNames?: string[];
    },
  ): Promise<void>;
}
/** The module that Medusa loads: `modules: [{ resolve: "medusa-api-key-native" }]`. */
declare const apiKeyModule: ApiKeyModule;

export { apiKeyModule as default };

export {};
