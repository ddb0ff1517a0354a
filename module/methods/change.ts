import type { Context } from "../context";
import type { ApiKeyIdSelector, ApiKeySelector } from "../filters";
import type {
  ApiKey,
  ExtendedRevocation,
  RedeemInput,
  Redemption,
  RevocationExtent,
  RevokeApiKeyInput,
  RevokeTokenInput,
  RollApiKeyInput,
  RolledApiKey,
  UpdateApiKeyInput,
} from "../types";

// The overloads for `{ id }` are also what makes the service assignable to Medusa's `IApiKeyModuleService`, whose filters
// admit values that this module rejects.

/** The methods that change keys. */
export interface ChangeMethods {
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
