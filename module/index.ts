import { type ApiKeyLinkable, linkable } from "./linkable";
import { ApiKeyModuleService, type ApiKeyModuleServiceConstructor } from "./methods";
import { type MigrationCall, revertMigration, runMigrations, type TakenStep } from "./migrations";

export type {
  ApiKeyActivity,
  ApiKeyActivityMethod,
  ApiKeyActivityName,
  ApiKeyActivityReason,
} from "./activity";
export type { ApiKeyEvent, Context, MessageAggregator } from "./context";
export type { ApiKeyDiagnostics, ApiKeyDiagnosticsName } from "./diagnostics";
export { ApiKeyError, type ApiKeyErrorType } from "./errors";
export type {
  ApiKeyConditions,
  ApiKeyField,
  ApiKeyFilters,
  ApiKeyIdSelector,
  ApiKeySelector,
  FilterValue,
  OperatorMap,
  TextFilter,
  TextOperatorMap,
  TimeFilter,
} from "./filters";
export type { ApiKeyOrder, ApiKeySelect, FindConfig, SelectedApiKey, SortDirection } from "./find-config";
export type { ApiKeyModuleHealth, ApiKeyModuleProblem, ApiKeyModuleProblemCode } from "./health";
export type { ApiKeyLink, ApiKeyLinkable, SerializableApiKeyLink } from "./linkable";
export type { ApiKeyModuleServiceConstructor } from "./methods";
export type { MigrationCall, MigrationLogger, TakenStep } from "./migrations";
export type { ApiKeyModuleOptions, Argon2Options, HashKey, PoolOptions, TlsOptions, TokenOptions } from "./options";
export type { ApiKeyModuleStatus, LeaseStatus, ReadBatcherStatus } from "./status";
export type {
  ApiKey,
  ApiKeyAttributes,
  ApiKeyAttributesUpdate,
  ApiKeyDemand,
  ApiKeyLinkName,
  ApiKeyOwner,
  ApiKeyTime,
  ApiKeyType,
  ChangeApiKeyInput,
  CreateApiKeyInput,
  DeclaredApiKey,
  DeclaredApiKeyState,
  EnsureApiKeyInput,
  EnsureApiKeysOptions,
  ExtendedRevocation,
  ImportApiKeyInput,
  LinkableApiKeys,
  LinkableKeysConfig,
  PrunedApiKeys,
  PruneInput,
  RedeemInput,
  Redemption,
  RedemptionRefusal,
  RefusalReason,
  RevocationExtent,
  RevokeApiKeyInput,
  RevokeTokenInput,
  RollApiKeyInput,
  RolledApiKey,
  UpdateApiKeyInput,
  UpsertApiKeyInput,
  Verification,
} from "./types";
export { ApiKeyModuleService };

/** A module in the form that Medusa loads. */
export interface ApiKeyModule {
  /** The class that Medusa constructs. */
  service: ApiKeyModuleServiceConstructor;
  /** The links that other modules can define to a key. */
  linkable: ApiKeyLinkable;
  /** Runs the migrations for `medusa db:migrate`; returns the applied steps. */
  runMigrations(call: MigrationCall): Promise<TakenStep[]>;
  /** Reverts the named steps, or all of them, for `medusa db:rollback`. The table and its keys stay. */
  revertMigration(call: MigrationCall & { migrationNames?: string[] }): Promise<void>;
}

/** The module that Medusa loads: `modules: [{ resolve: "medusa-api-key-native" }]`. */
const apiKeyModule: ApiKeyModule = { service: ApiKeyModuleService, linkable, runMigrations, revertMigration };

export default apiKeyModule;
