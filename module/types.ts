/** What a key is for: `secret` authenticates admin users, `publishable` names a storefront. */
export type ApiKeyType = "publishable" | "secret";

/** Marks a key, so that TypeScript rejects one where a selector is expected. No key has this member. */
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

/** Not a whole key. */
export interface NoWholeKey {
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
