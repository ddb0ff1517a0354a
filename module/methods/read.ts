import type { Context } from "../context";
import type { ApiKeyFilters } from "../filters";
import type { AllFields, FindConfig, SelectedApiKey } from "../find-config";
import type { ApiKey, ApiKeyDemand, Verification } from "../types";

// The overloads without a config are also what makes the service assignable to Medusa's `IApiKeyModuleService`, whose
// filters and orders admit values that this module rejects.

/** The methods that find keys. */
export interface ReadMethods {
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
