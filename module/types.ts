/** What a key is for: `secret` authenticates admin users, `publishable` identifies a storefront. */
export type ApiKeyType = "publishable" | "secret";

/** Marks a key, so that TypeScript rejects one where a selector is expected. No key has this member at run time. */
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

/** Any object but a whole key. */
export interface NoWholeKey {
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

/** At least one of the new attributes. */
type SomeAttributes = {
  [Name in keyof ApiKeyAttributesUpdate]-?: Required<Pick<ApiKeyAttributesUpdate, Name>>;
}[keyof ApiKeyAttributesUpdate];

/** A new title. */
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
