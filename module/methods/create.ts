import type { Context } from "../context";
import type { ApiKey, CreateApiKeyInput, UpsertApiKeyInput } from "../types";

/** The methods that create keys. */
export interface CreateMethods {
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
