// Compiled, never run: passes as long as `tsc` accepts it. The public types fit those of Medusa 2.21.2.

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
  type ApiKeyIdSelector,
  ApiKeyModuleService,
  type Context,
  type CreateApiKeyInput,
  type FindConfig,
  type RevokeApiKeyInput,
  type UpdateApiKeyInput,
  type UpsertApiKeyInput,
} from "../../index";

/** Fails to compile unless the first type is assignable to the second. */
type Is<Given extends Asked, Asked> = Given;

/** A column that Medusa's key has too. */
type MedusasColumn = Extract<keyof ApiKey, keyof ApiKeyDTO>;

export type OursIsMedusas = [
  Is<ApiKeyModuleService, IApiKeyModuleService>,
  Is<ApiKeyModuleService, AsyncDisposable>,
  Is<ApiKey, ApiKeyDTO>,
  Is<CreateApiKeyInput, CreateApiKeyDTO>,
  Is<UpsertApiKeyInput, UpsertApiKeyDTO>,
  Is<UpdateApiKeyInput, UpdateApiKeyDTO>,
  Is<RevokeApiKeyInput, RevokeApiKeyDTO>,
  Is<ApiKeyIdSelector, FilterableApiKeyProps>,
  Is<typeof apiKeyModule, ModuleExports>,
];

export type MedusasIsOurs = [
  Is<ApiKeyDTO, Pick<ApiKey, MedusasColumn>>,
  Is<CreateApiKeyDTO, CreateApiKeyInput>,
  Is<RevokeApiKeyDTO, RevokeApiKeyInput>,
  Is<Pick<FilterableApiKeyProps, "id" | "q" | "title" | "token" | "type">, ApiKeyFilters>,
  Is<Omit<MedusaFindConfig<ApiKeyDTO>, "select" | "order">, FindConfig>,
  Is<MedusaContext, Context>,
];

/** Medusa's types that admit what is rejected at run time. */
export type MedusasIsWider = [
  // @ts-expect-error: the title may be missing
  Is<UpdateApiKeyDTO, UpdateApiKeyInput>,
  // @ts-expect-error: the title may be missing
  Is<UpsertApiKeyDTO, UpsertApiKeyInput>,
  // @ts-expect-error: $eq may be an array, and a time may match a pattern
  Is<FilterableApiKeyProps, ApiKeyFilters>,
  // @ts-expect-error: any direction and any column
  Is<Pick<MedusaFindConfig<ApiKeyDTO>, "order">, FindConfig>,
];

/** A service under Medusa's interface, in the calls that Medusa's documentation shows. */
export async function asMedusaCallsIt(service: IApiKeyModuleService): Promise<ApiKeyDTO[]> {
  const filters: FilterableApiKeyProps = { revoked_at: { $gt: new Date() }, $or: [{ title: "CI" }] };
  await service.updateApiKeys(filters, {});
  return service.listApiKeys(filters, { select: ["title"], order: { title: "ASC" }, take: 10 });
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
