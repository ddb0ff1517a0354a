/**
 * Compiled, never run: it holds as long as `tsc` accepts it. What Medusa 2.21.2 says about an API Key module is true of
 * this package, and the public types accept what their documentation shows.
 */
import type {
  ApiKeyDTO,
  CreateApiKeyDTO,
  FilterableApiKeyProps,
  IApiKeyModuleService,
  Context as MedusaContext,
  FindConfig as MedusaFindConfig,
  ModuleExports,
  RevokeApiKeyDTO,
  UpdateApiKeyDTO,
  UpsertApiKeyDTO,
} from "@medusajs/types";
import { defineLink } from "@medusajs/utils";
import apiKeyModule, {
  type ApiKey,
  ApiKeyError,
  type ApiKeyErrorType,
  type ApiKeyFilters,
  ApiKeyModuleService,
  type Context,
  type CreateApiKeyInput,
  type FindConfig,
  type RevokeApiKeyInput,
  type UpdateApiKeyInput,
  type UpsertApiKeyInput,
} from "../../index";

/** Fails to compile unless the first type can stand where the second is asked for. */
type Is<Given extends Asked, Asked> = Given;

export type OursIsMedusas = [
  Is<ApiKeyModuleService, IApiKeyModuleService>,
  Is<ApiKeyModuleService, AsyncDisposable>,
  Is<ApiKey, ApiKeyDTO>,
  Is<typeof apiKeyModule, ModuleExports>,
];

export type MedusasIsOurs = [
  Is<ApiKeyDTO, ApiKey>,
  Is<CreateApiKeyDTO, CreateApiKeyInput>,
  Is<UpsertApiKeyDTO, UpsertApiKeyInput>,
  Is<UpdateApiKeyDTO, UpdateApiKeyInput>,
  Is<RevokeApiKeyDTO, RevokeApiKeyInput>,
  Is<FilterableApiKeyProps, ApiKeyFilters>,
  Is<MedusaFindConfig<ApiKeyDTO>, FindConfig>,
  Is<MedusaContext, Context>,
];

export async function asDocumented(service: ApiKeyModuleService): Promise<void> {
  const one: ApiKey = await service.createApiKeys({ title: "CI", type: "secret", created_by: "u", expires_in: 60 });
  const many: ApiKey[] = await service.create([{ title: "CI", type: "publishable", created_by: "u" }]);
  const revoked: ApiKey = await service.revoke(one.id);
  const matched: ApiKey[] = await service.revoke({ id: many.map((key) => key.id) }, { revoked_by: "u", revoke_in: 60 });
  const { created } = await service.rollApiKeys(revoked.id, { revoked_by: "u" });
  await service.list({ $or: [{ revoked_at: null }, { revoked_at: { $gt: new Date() } }], q: "CI" }, { take: 10 });
  await service.listApiKeys(
    { type: "secret", $not: { title: { $ilike: "%old%" } } },
    { order: { created_at: "DESC" } },
  );
  const filters: ApiKeyFilters = { redacted: created.redacted, id: created.id };
  await service.updateApiKeys(filters, { title: "CI" });
  await service.softDeleteApiKeys([created.id, { title: /old/ }], { returnLinkableKeys: ["api_key_id"] });
  await service.deleteApiKeys(matched.map((key) => key.id));
  const key = await service.authenticate(created.token);
  if (key) {
    const title: string = key.title;
    await service.updateApiKeys(key.id, { title });
  }
}

export async function refused(service: ApiKeyModuleService): Promise<void> {
  // @ts-expect-error: created_by is missing
  await service.createApiKeys({ title: "CI", type: "secret" });
  // @ts-expect-error: no such type
  await service.createApiKeys({ title: "CI", type: "private", created_by: "u" });
  // @ts-expect-error: seconds are a number
  await service.revoke("apk_1", { revoked_by: "u", revoke_in: "60" });
  // @ts-expect-error: hashes are no field to filter by
  await service.listApiKeys({ salt: "00" });
  // @ts-expect-error: a token is equal or it is not
  await service.listApiKeys({ token: { $like: "pk_%" } });
  const [whole] = await service.listApiKeys();
  if (whole) {
    // @ts-expect-error: a whole key is no selector
    await service.revoke(whole, { revoked_by: "u" });
    // @ts-expect-error: a whole key is no selector
    await service.updateApiKeys(whole, { title: "CI" });
    // @ts-expect-error: a whole key is no selector
    await service.softDeleteApiKeys([whole]);
    // @ts-expect-error: a whole key is no selector
    await service.restoreApiKeys(whole);
    // @ts-expect-error: a whole key is no id
    await service.rollApiKeys(whole, { revoked_by: "u" });
  }
  // @ts-expect-error: authenticate may answer false
  const key: ApiKey = await service.authenticate("sk_1");
  return void key;
}

export function kindOf(error: unknown): ApiKeyErrorType | undefined {
  return error instanceof ApiKeyError ? error.type : undefined;
}

export const standalone = [
  new ApiKeyModuleService(),
  new ApiKeyModuleService({ databaseUrl: "sqlite::memory:", pool: { max: 4 }, argon2: { memoryKib: 19456 } }),
];

export const link = defineLink(apiKeyModule.linkable.apiKey, {
  linkable: apiKeyModule.linkable.apiKey.publishable_key_id,
  isList: true,
});
