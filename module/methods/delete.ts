import type { Context } from "../context";
import type { ApiKeySelector } from "../filters";
import type { LinkableApiKeys, LinkableKeysConfig, PrunedApiKeys, PruneInput } from "../types";

/** The methods that delete and restore keys. */
export interface DeleteMethods {
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
