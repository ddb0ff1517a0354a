import { type ApiKeyLinkable, linkable } from "./linkable";
import { type MigrationCall, revertMigration, runMigrations, type TakenStep } from "./migrations";
import { ApiKeyModuleService } from "./service";

export type { ApiKeyEvent, Context, MessageAggregator } from "./context";
export { ApiKeyError, type ApiKeyErrorType } from "./errors";
export type {
  ApiKeyConditions,
  ApiKeyField,
  ApiKeyFilters,
  ApiKeySelector,
  FilterValue,
  FindConfig,
  OperatorMap,
  SortDirection,
  TextFilter,
  TimeFilter,
} from "./filters";
export type { ApiKeyLink, ApiKeyLinkable } from "./linkable";
export type { MigrationCall, MigrationLogger, TakenStep } from "./migrations";
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

/** A module as Medusa loads it. */
export interface ApiKeyModule {
  /** The class that Medusa constructs. */
  service: typeof ApiKeyModuleService;
  /** What other modules link to. */
  linkable: ApiKeyLinkable;
  /** What `medusa db:migrate` runs; answers the steps that were taken. */
  runMigrations(call: MigrationCall): Promise<TakenStep[]>;
  /** What `medusa db:rollback` runs: takes the steps named back, or all of them. The table and its keys stay. */
  revertMigration(call: MigrationCall & { migrationNames?: string[] }): Promise<void>;
}

/** What Medusa loads: `modules: [{ resolve: "medusa-api-key-native" }]`. */
const apiKeyModule: ApiKeyModule = { service: ApiKeyModuleService, linkable, runMigrations, revertMigration };

export default apiKeyModule;
