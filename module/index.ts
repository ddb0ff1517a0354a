import { type ApiKeyLinkable, linkable } from "./linkable";
import { ApiKeyModuleService } from "./service";

export type { ApiKeyEvent, Context, MessageAggregator } from "./context";
export { ApiKeyError, type ApiKeyErrorType } from "./errors";
export type {
  ApiKeyConditions,
  ApiKeyFilters,
  FilterValue,
  FindConfig,
  OperatorMap,
  SortDirection,
  TextFilter,
  TimeFilter,
} from "./filters";
export type { ApiKeyLink, ApiKeyLinkable } from "./linkable";
export type { ApiKeyNotice, ApiKeyNoticeName } from "./notices";
export type { ApiKeyModuleOptions, Argon2Options, PoolOptions, TlsOptions } from "./options";
export type { ApiKeyModuleStatus, LaneStatus, LeaseStatus } from "./status";
export type {
  ApiKey,
  ApiKeyLinkName,
  ApiKeyType,
  CreateApiKeyInput,
  LinkableApiKeys,
  LinkableKeysConfig,
  RevokeApiKeyInput,
  RollApiKeyInput,
  RolledApiKey,
  UpdateApiKeyInput,
  UpsertApiKeyInput,
} from "./types";
export { ApiKeyModuleService };

/** What Medusa loads: `modules: [{ resolve: "medusa-api-key-native" }]`. */
const apiKeyModule: { service: typeof ApiKeyModuleService; linkable: ApiKeyLinkable } = {
  service: ApiKeyModuleService,
  linkable,
};

export default apiKeyModule;
