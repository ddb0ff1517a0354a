import type { Context } from "../context";
import type { DeclaredApiKey, EnsureApiKeyInput, EnsureApiKeysOptions, ImportApiKeyInput } from "../types";

/** The methods that create keys whose tokens exist already. Medusa's module does not have them. */
export interface DeclareMethods {
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
