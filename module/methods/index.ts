import type { ApiKeyModuleOptions } from "../options";
import { ApiKeyModuleService as Implementation } from "../service";
import type { ChangeMethods } from "./change";
import type { CreateMethods } from "./create";
import type { DeclareMethods } from "./declare";
import type { DeleteMethods } from "./delete";
import type { LifecycleMethods } from "./lifecycle";
import type { ReadMethods } from "./read";

/**
 * Creates, finds, authenticates, rolls and revokes API keys.
 *
 * Every method returns a promise, which rejects with an `ApiKeyError`. A method that writes uses one transaction: if it
 * rejects, nothing was written. Arguments are never changed.
 *
 * @example
 * const keys = new ApiKeyModuleService({ databaseUrl: "sqlite:api-keys.db" })
 * const { token } = await keys.createApiKeys({ title: "CI", type: "secret", created_by: "user_1" })
 * const key = await keys.authenticate(token) // the key, or false
 * await keys.close()
 */
export interface ApiKeyModuleService
  extends CreateMethods,
    DeclareMethods,
    ReadMethods,
    ChangeMethods,
    DeleteMethods,
    LifecycleMethods {}

/** The class of the service. */
export interface ApiKeyModuleServiceConstructor {
  /**
   * A service with its own database connection, which opens on first use. Call `close` when done.
   *
   * @param options - The options of the service. Default: an SQLite database, `api-keys.db` in the working directory.
   * @throws ApiKeyError `invalid_argument` if an option is unknown or invalid; the message names it.
   * @throws Error if the native part for this platform is not installed; the message says what to do.
   *
   * @example
   * const keys = new ApiKeyModuleService({ databaseUrl: "postgres://api@localhost:5432/shop" })
   */
  new (options?: ApiKeyModuleOptions): ApiKeyModuleService;
  /**
   * The module in Medusa, which calls this constructor itself.
   *
   * @param cradle - The module's container, which holds the event bus, logger and connection.
   * @param options - The module's options from `medusa-config`; unknown options are ignored.
   * @param moduleDeclaration - The module's declaration from `medusa-config`; not used.
   * @throws ApiKeyError `invalid_argument` if an option is invalid; the message names it.
   *
   * @example
   * class ShopKeys extends ApiKeyModuleService {
   *   constructor(cradle: object, options?: ApiKeyModuleOptions) {
   *     super(cradle, options)
   *   }
   * }
   */
  new (cradle: object, options: ApiKeyModuleOptions | undefined, moduleDeclaration?: unknown): ApiKeyModuleService;
  /** The prototype of every service. */
  readonly prototype: ApiKeyModuleService;
}

/** Creates, finds, authenticates, rolls and revokes API keys. */
export const ApiKeyModuleService: ApiKeyModuleServiceConstructor = Implementation;
