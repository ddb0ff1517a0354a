import { first, likeInput, likeTarget, refuseMembers, toLinkable, toMany, toUpserts } from "./answers";
import { type Cradle, fromCradle, type MedusaOptions, medusaSettings, standaloneSettings } from "./connection";
import type { Context } from "./context";
import { type EventBus, EventPublisher, type Logger } from "./events";
import type { ApiKeyFilters, ApiKeySelector, FindConfig } from "./filters";
import { type JoinerConfig, joinerConfig } from "./joiner-config";
import { Native } from "./native";
import { NoticePublisher } from "./notices";
import type { ApiKeyModuleOptions } from "./options";
import { publishableLookup, remembering, withColumns } from "./publishable-lookup";
import type { ApiKeyModuleStatus } from "./status";
import { isTokenSized } from "./token";
import type {
  ApiKey,
  CreateApiKeyInput,
  LinkableApiKeys,
  LinkableKeysConfig,
  RevokeApiKeyInput,
  RollApiKeyInput,
  RolledApiKey,
  UpdateApiKeyInput,
  UpsertApiKeyInput,
} from "./types";
import { decodeCreatedKey, decodeKey, decodePage } from "./wire";

declare global {
  interface SymbolConstructor {
    /** As in TypeScript's library `esnext.disposable`, which a program may do without. */
    readonly asyncDispose: unique symbol;
  }
}

/** What Medusa calls at the start and the end of a server. */
type Hooks = Record<
  "onApplicationStart" | "onApplicationPrepareShutdown" | "onApplicationShutdown",
  () => Promise<void>
>;

/**
 * Creates, finds, authenticates, rolls and revokes API keys.
 *
 * Every method is asynchronous and rejects with an `ApiKeyError`. A method that writes does so in one transaction: when it
 * rejects, nothing was written. Arguments are never changed. The last argument of each method is Medusa's shared context,
 * which nobody outside Medusa needs.
 *
 * @example
 * const keys = new ApiKeyModuleService({ databaseUrl: "sqlite:api-keys.db" })
 * const { token } = await keys.createApiKeys({ title: "CI", type: "secret", created_by: "user_1" })
 * const key = await keys.authenticate(token) // the key, or false
 * await keys.close()
 */
export class ApiKeyModuleService {
  /** @internal Not `#private`: Medusa's test runner calls methods on a Proxy. */
  readonly native_: Native;
  /** @internal */
  readonly events_: EventPublisher;
  /** @internal */
  readonly columns_ = remembering((select) => this.native_.selectedColumns(select));
  /** @internal */
  readonly logger_: Logger;
  /** @internal */
  readonly __hooks: Hooks = {
    onApplicationStart: async () => {
      // Medusa swallows what fails here: a module is to log it.
      await this.native_.listApiKeys({}, { take: 1 }).catch((error: Error) => this.logger_.error(error.message));
    },
    onApplicationPrepareShutdown: async () => {},
    onApplicationShutdown: async () => {
      await this.close();
    },
  };

  /**
   * A service of its own. The database is opened on first use; call `close` when done.
   *
   * @throws ApiKeyError `invalid_argument` when an option is unknown or cannot be used; the message names it.
   * @throws Error when the native part for this platform is not installed; the message says what to do.
   */
  constructor(options?: ApiKeyModuleOptions);
  /**
   * The module in Medusa, which calls this constructor itself.
   *
   * @param cradle - The module's container, from which event bus, logger and connection are taken.
   * @param options - The module's options in `medusa-config`. Those of others are ignored.
   * @throws ApiKeyError `invalid_argument` when an option cannot be used; the message names it.
   */
  constructor(cradle: object, options: ApiKeyModuleOptions | undefined, moduleDeclaration?: unknown);
  constructor(...args: unknown[]) {
    const inMedusa = args.length > 1;
    const cradle: Cradle = inMedusa ? Object(args[0]) : {};
    const options = inMedusa ? args[1] : args[0];
    const logger = fromCradle<Logger>(cradle, "logger");
    const notices = new NoticePublisher(logger);
    this.native_ = new Native(
      inMedusa ? medusaSettings(cradle, options as MedusaOptions | undefined) : standaloneSettings(options),
      (name, reason) => notices.publish(name, reason),
    );
    this.logger_ = logger ?? console;
    this.events_ = new EventPublisher(fromCradle<EventBus>(cradle, "event_bus"), this.logger_);
  }

  /** @internal Medusa calls it on the prototype. */
  __joinerConfig(): JoinerConfig {
    return joinerConfig();
  }

  /**
   * Creates keys, all of them or none, and answers them in the order given.
   *
   * This answer is the only one that ever holds the token of a secret key.
   *
   * @throws ApiKeyError `invalid_data` when a field is missing or cannot be used, or an id is taken.
   * @throws ApiKeyError `unexpected_state` when too many tokens wait to be hashed.
   */
  createApiKeys(data: CreateApiKeyInput[], context?: Context): Promise<ApiKey[]>;
  /** Creates one key. */
  createApiKeys(data: CreateApiKeyInput, context?: Context): Promise<ApiKey>;
  async createApiKeys(data: CreateApiKeyInput | CreateApiKeyInput[], context?: Context): Promise<ApiKey | ApiKey[]> {
    const { keys, created } = await this.native_.createApiKeys(toMany(data), context);
    await this.events_.publish([["created", created]], context);
    return likeInput(data, Array.from(keys, decodeCreatedKey));
  }

  /** The same as `createApiKeys`. */
  create(data: CreateApiKeyInput[], context?: Context): Promise<ApiKey[]>;
  /** The same as `createApiKeys`. */
  create(data: CreateApiKeyInput, context?: Context): Promise<ApiKey>;
  async create(data: CreateApiKeyInput | CreateApiKeyInput[], context?: Context): Promise<ApiKey | ApiKey[]> {
    return this.createApiKeys(data as CreateApiKeyInput, context);
  }

  /**
   * Creates the keys without an id and gives a new title to those with one, all of them or none. Answers the created
   * keys first, with their tokens, and then the changed ones by id.
   *
   * @throws ApiKeyError `invalid_data` when a field is missing or cannot be used.
   * @throws ApiKeyError `not_found` when there is no key with a given id.
   */
  upsertApiKeys(data: UpsertApiKeyInput[], context?: Context): Promise<ApiKey[]>;
  /** Creates one key or changes its title. */
  upsertApiKeys(data: UpsertApiKeyInput, context?: Context): Promise<ApiKey>;
  async upsertApiKeys(data: UpsertApiKeyInput | UpsertApiKeyInput[], context?: Context): Promise<ApiKey | ApiKey[]> {
    const { keys, created, updated } = await this.native_.upsertApiKeys(toUpserts(data), context);
    await this.events_.publish(
      [
        ["created", created],
        ["updated", updated],
      ],
      context,
    );
    return likeInput(data, Array.from(keys, decodeKey));
  }

  /**
   * Gives a key a new title.
   *
   * @throws ApiKeyError `not_found` when there is no such key.
   * @throws ApiKeyError `invalid_data` without a title that can be stored.
   */
  updateApiKeys(id: string, data: UpdateApiKeyInput, context?: Context): Promise<ApiKey>;
  /** Gives all keys that match a new title, and answers them by id. `{}` means every key. */
  updateApiKeys(selector: ApiKeySelector, data: UpdateApiKeyInput, context?: Context): Promise<ApiKey[]>;
  async updateApiKeys(
    target: string | ApiKeySelector,
    data: UpdateApiKeyInput,
    context?: Context,
  ): Promise<ApiKey | ApiKey[]> {
    const { keys, updated } = await this.native_.updateApiKeys(target, data);
    await this.events_.publish([["updated", updated]], context);
    return likeTarget(target, Array.from(keys, decodeKey));
  }

  /**
   * Answers a key.
   *
   * @throws ApiKeyError `not_found` when there is no such key, or `id` is no text.
   */
  async retrieveApiKey(id: string, config?: FindConfig, _context?: Context): Promise<ApiKey> {
    return first(decodePage(await this.native_.retrieveApiKey(id, config)));
  }

  /**
   * Answers the keys that match, by default all of them, by id.
   *
   * @throws ApiKeyError `invalid_data` for a filter, order or page that cannot be used; the message names it.
   */
  async listApiKeys(filters?: ApiKeyFilters, config?: FindConfig, _context?: Context): Promise<ApiKey[]> {
    const lookup = publishableLookup(filters, config);
    if (lookup === null) {
      return decodePage(await this.native_.listApiKeys(filters, config));
    }
    const { token, select } = lookup;
    if (!isTokenSized(token)) {
      return [];
    }
    const key = this.native_.recallPublishable(token) ?? (await this.native_.publishableKey(token));
    return key === null ? [] : [withColumns(key, select ? this.columns_(select) : null)];
  }

  /** The same as `listApiKeys`. */
  async list(filters?: ApiKeyFilters, config?: FindConfig, context?: Context): Promise<ApiKey[]> {
    return this.listApiKeys(filters, config, context);
  }

  /**
   * Answers a page of the keys that match, and how many match in all. Both are of one moment.
   *
   * @throws ApiKeyError `invalid_data` for a filter, order or page that cannot be used; the message names it.
   */
  async listAndCountApiKeys(
    filters?: ApiKeyFilters,
    config?: FindConfig,
    _context?: Context,
  ): Promise<[ApiKey[], number]> {
    const page = await this.native_.listAndCountApiKeys(filters, config);
    return [decodePage(page), page.count as number];
  }

  /**
   * Deletes revoked keys for good, all of them or none. Ids that do not exist are passed over. A workflow that is being
   * undone deletes the keys that it created itself, revoked or not.
   *
   * @throws ApiKeyError `not_allowed` when a key is not revoked yet; the message names all such keys.
   * @throws ApiKeyError `invalid_data` when an id is no text.
   */
  async deleteApiKeys(ids: string | string[], context?: Context): Promise<void> {
    const { deleted } = await this.native_.deleteApiKeys(ids, context);
    await this.events_.publish([["deleted", deleted]], context);
  }

  /**
   * Hides keys from everything but `withDeleted` reads; they are refused by `authenticate`. Answers whom it hit.
   *
   * @throws ApiKeyError `invalid_data` for a target that cannot be used.
   */
  async softDeleteApiKeys(
    targets: string | ApiKeySelector | (string | ApiKeySelector)[],
    config?: LinkableKeysConfig | null,
    context?: Context,
  ): Promise<LinkableApiKeys> {
    const { deleted } = await this.native_.softDeleteApiKeys(targets);
    await this.events_.publish([["deleted", deleted]], context);
    return toLinkable(deleted, config);
  }

  /**
   * Brings soft-deleted keys back. Answers all keys that match, also those that were there already.
   *
   * @throws ApiKeyError `invalid_data` for a target that cannot be used.
   */
  async restoreApiKeys(
    targets: string | ApiKeySelector | (string | ApiKeySelector)[],
    config?: LinkableKeysConfig | null,
    context?: Context,
  ): Promise<LinkableApiKeys> {
    const { updated } = await this.native_.restoreApiKeys(targets);
    // Stock 2.21.2: a restoration is no event.
    await this.events_.publish([], context);
    return toLinkable(updated, config);
  }

  /**
   * Revokes a key, now or after `revoke_in` seconds. Without `data`: now, by nobody in particular.
   *
   * @throws ApiKeyError `not_found` when there is no such key.
   * @throws ApiKeyError `invalid_data` when the key is revoked already, or `data` cannot be used.
   */
  revoke(id: string, data?: RevokeApiKeyInput, context?: Context): Promise<ApiKey>;
  /** Revokes all keys that match, or none when one of them is revoked already. `{}` means every key. */
  revoke(selector: ApiKeySelector, data: RevokeApiKeyInput, context?: Context): Promise<ApiKey[]>;
  async revoke(
    target: string | ApiKeySelector,
    data?: RevokeApiKeyInput,
    context?: Context,
  ): Promise<ApiKey | ApiKey[]> {
    const { keys, updated } = await this.native_.revoke(target, data);
    await this.events_.publish([["updated", updated]], context);
    return likeTarget(target, Array.from(keys, decodeKey));
  }

  /**
   * Replaces a key in one transaction: revokes it, now or after a grace period of `revoke_in` seconds, and creates its
   * successor. `created.token` is shown here and never again.
   *
   * @throws ApiKeyError `not_found` when there is no such key.
   * @throws ApiKeyError `invalid_data` when the key is revoked already, or `data` cannot be used or has an unknown member.
   */
  async rollApiKeys(id: string, data: RollApiKeyInput, context?: Context): Promise<RolledApiKey> {
    const rolled = await this.native_.rollApiKeys(id, data, context);
    await this.events_.publish(
      [
        ["updated", [rolled.revoked.id]],
        ["created", [rolled.created.id]],
      ],
      context,
    );
    return { revoked: decodeKey(rolled.revoked), created: decodeKey(rolled.created) };
  }

  /**
   * Answers the secret key that a token belongs to, or `false` for anything else: a wrong, revoked or publishable token,
   * a value that is no text, a string of more than 512 characters or with others than visible ASCII. The answer holds neither the token nor its hash; its `last_used_at` is the use before this one,
   * as far as it is written.
   *
   * @throws ApiKeyError `database_error` or `unexpected_state` when it cannot tell.
   */
  async authenticate(token: string, _context?: Context): Promise<ApiKey | false> {
    if (typeof token !== "string" || !isTokenSized(token)) {
      this.native_.refuseIfClosed();
      return false;
    }
    return this.native_.recallSecret(token) ?? (await this.native_.authenticate(token)) ?? false;
  }

  /** Returns the status of the service: where answers come from, and what waits. Runs no query. */
  status(): Promise<ApiKeyModuleStatus>;
  async status(...given: unknown[]): Promise<ApiKeyModuleStatus> {
    refuseMembers("status", given);
    return this.native_.status();
  }

  /**
   * Creates the table, or brings it up to date. Only needed with the option `migrate: false`; in Medusa, `medusa db:migrate`
   * does it.
   *
   * @throws ApiKeyError `database_error` when the database cannot be reached or refuses.
   */
  migrate(): Promise<void>;
  async migrate(...given: unknown[]): Promise<void> {
    refuseMembers("migrate", given);
    await this.native_.migrate();
  }

  /**
   * Writes down when keys were last used and closes the connections, after the statements that run. From now on every
   * method but `status` rejects with `unexpected_state`; calls that are still hashing do, too. A service that is dropped
   * without `close()` is closed when it is garbage-collected.
   */
  close(): Promise<void>;
  async close(...given: unknown[]): Promise<void> {
    refuseMembers("close", given);
    await this.native_.close();
  }

  /** The same as `close`, for `await using service = new ApiKeyModuleService(…)`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

// Where Medusa's workflows put their context into a call, and so into the events' metadata.
Object.assign(ApiKeyModuleService.prototype, {
  MedusaContextIndex_: {
    createApiKeys: 1,
    create: 1,
    upsertApiKeys: 1,
    deleteApiKeys: 1,
    authenticate: 1,
    updateApiKeys: 2,
    revoke: 2,
    rollApiKeys: 2,
    softDeleteApiKeys: 2,
    restoreApiKeys: 2,
    retrieveApiKey: 2,
    listApiKeys: 2,
    list: 2,
    listAndCountApiKeys: 2,
  },
});

// Stock 2.21.2: Medusa's factory makes these two, and `for…in` lists them.
for (const name of ["softDeleteApiKeys", "restoreApiKeys"]) {
  Object.defineProperty(ApiKeyModuleService.prototype, name, { enumerable: true });
}
