import { performance } from "node:perf_hooks";
import { changedAmong, isRefused, startChange, startUse } from "./activity";
import { Admissions } from "./admissions";
import {
  first,
  likeInput,
  likeTarget,
  type OneOrMany,
  rejectMembers,
  toLinkable,
  toNewKeys,
  toUpserts,
  withAttributes,
} from "./answers";
import { checkedToken, isExtended, withExtent, withOwn } from "./breach";
import { type Cradle, fromCradle, type MedusaOptions, medusaSettings, standaloneSettings } from "./connection";
import type { Context } from "./context";
import { changesOf, createdAmong, likeDeclaration, type OneOrManyDeclared, toDeclared } from "./declared";
import { DiagnosticsPublisher } from "./diagnostics";
import { type Changes, type EventBus, EventPublisher, type Logger } from "./events";
import type { ApiKeyFilters, ApiKeySelector } from "./filters";
import type { FindConfig } from "./find-config";
import { decodeKey } from "./generated/columns";
import type { ApiKeyModuleHealth } from "./health";
import { type JoinerConfig, joinerConfig } from "./joiner-config";
import type { ApiKeyModuleService as Documented } from "./methods";
import { Native } from "./native";
import { isRefusedRedemption, type Written } from "./outcome";
import { memoize, publishableLookup } from "./publishable-lookup";
import { decodeCreatedKey, decodePage, withColumns } from "./rows";
import type { ApiKeyModuleStatus } from "./status";
import { isTokenSized } from "./token";
import type {
  ApiKey,
  ApiKeyDemand,
  CreateApiKeyInput,
  EnsureApiKeyInput,
  EnsureApiKeysOptions,
  ImportApiKeyInput,
  LinkableApiKeys,
  LinkableKeysConfig,
  PrunedApiKeys,
  PruneInput,
  RedeemInput,
  Redemption,
  RevocationExtent,
  RevokeApiKeyInput,
  RevokeTokenInput,
  RollApiKeyInput,
  RolledApiKey,
  UpdateApiKeyInput,
  UpsertApiKeyInput,
  Verification,
} from "./types";
import { type Objection, verifyToken } from "./verification";

/** The members of the argument of `prune`. */
const PRUNING = ["endedBefore", "limit", "dryRun"];

/** The members of the data of `rollApiKeys` without which the successor would have another creator, or the old key another end. */
const ROLL = ["created_by", "revoke_in"];

/** The hooks that Medusa calls when a server starts and stops. */
type Hooks = Record<
  "onApplicationStart" | "onApplicationPrepareShutdown" | "onApplicationShutdown",
  () => Promise<void>
>;

/** The ids and selectors of a soft deletion or a restoration. */
type Targets = string | ApiKeySelector | (string | ApiKeySelector)[];

/**
 * The implementation of the service: turns one or many arguments into native calls, and publishes events.
 *
 * `methods/` declares and documents the overloads that callers see.
 */
export class ApiKeyModuleService implements Documented {
  /** Not `#private`: Medusa's test runner calls methods on a Proxy. */
  readonly native_: Native;
  readonly events_: EventPublisher;
  readonly columns_ = memoize((select) => this.native_.selectedColumns(select));
  readonly logger_: Logger;
  /** What `scopedAdminKeys` of `guards/medusa.ts` admits. */
  readonly admissions_ = new Admissions();
  /** `verify` for a guard, which may object to a key that satisfies the demand. */
  readonly verifyWith_ = (token: string, demand: ApiKeyDemand | undefined, objection: Objection) =>
    verifyToken(this, token, demand, objection);
  readonly __hooks: Hooks = {
    onApplicationStart: async () => {
      // Medusa ignores a failure here, so the module logs it.
      await this.native_.listApiKeys({}, { take: 1 }).catch((error: Error) => this.logger_.error(error.message));
    },
    onApplicationPrepareShutdown: async () => {},
    onApplicationShutdown: async () => {
      await this.close();
    },
  };

  constructor(...args: unknown[]) {
    const inMedusa = args.length > 1;
    const cradle: Cradle = inMedusa ? Object(args[0]) : {};
    const options = inMedusa ? args[1] : args[0];
    const logger = fromCradle<Logger>(cradle, "logger");
    const diagnostics = new DiagnosticsPublisher(logger);
    this.native_ = new Native(
      inMedusa ? medusaSettings(cradle, options as MedusaOptions | undefined) : standaloneSettings(options),
      (name, reason) => diagnostics.publish(name, reason),
    );
    this.logger_ = logger ?? console;
    this.events_ = new EventPublisher(fromCradle<EventBus>(cradle, "event_bus"), this.logger_);
  }

  /** Medusa calls it on the prototype. */
  __joinerConfig(): JoinerConfig {
    return joinerConfig();
  }

  async createApiKeys(data: CreateApiKeyInput | CreateApiKeyInput[], sharedContext?: Context): Promise<OneOrMany> {
    const change = startChange(this, "createApiKeys");
    const written = await this.native_.createApiKeys(toNewKeys(data), sharedContext);
    change?.wrote(written);
    await this.events_.publish(writtenKeys(written), sharedContext);
    return likeInput(data, written.keys.map(decodeCreatedKey));
  }

  async create(data: CreateApiKeyInput | CreateApiKeyInput[], sharedContext?: Context): Promise<OneOrMany> {
    return this.createApiKeys(data, sharedContext);
  }

  async upsertApiKeys(data: UpsertApiKeyInput | UpsertApiKeyInput[], sharedContext?: Context): Promise<OneOrMany> {
    const change = startChange(this, "upsertApiKeys");
    const written = await this.native_.upsertApiKeys(toUpserts(data), sharedContext);
    change?.wrote(written);
    await this.events_.publish(writtenKeys(written), sharedContext);
    return likeInput(data, written.keys.map(decodeKey));
  }

  async ensureApiKeys(
    data: EnsureApiKeyInput | EnsureApiKeyInput[],
    options?: EnsureApiKeysOptions,
    sharedContext?: Context,
  ): Promise<OneOrManyDeclared> {
    const change = startChange(this, "ensureApiKeys");
    const inProduction = process.env.NODE_ENV === "production";
    const declared = toDeclared(
      await this.native_.ensureApiKeys(toNewKeys(data), options, inProduction, sharedContext),
    );
    change?.created(createdAmong(declared));
    await this.events_.publish(changesOf(declared), sharedContext);
    return likeDeclaration(data, declared);
  }

  async importApiKeys(
    data: ImportApiKeyInput | ImportApiKeyInput[],
    sharedContext?: Context,
  ): Promise<OneOrManyDeclared> {
    const change = startChange(this, "importApiKeys");
    const declared = toDeclared(await this.native_.importApiKeys(toNewKeys(data), sharedContext));
    change?.created(createdAmong(declared));
    await this.events_.publish(changesOf(declared), sharedContext);
    return likeDeclaration(data, declared);
  }

  async updateApiKeys(
    target: string | ApiKeySelector,
    data: UpdateApiKeyInput,
    sharedContext?: Context,
  ): Promise<OneOrMany> {
    const { keys, updated } = await this.native_.updateApiKeys(target, withAttributes(data));
    await this.events_.publish([["updated", updated]], sharedContext);
    return likeTarget(target, keys.map(decodeKey));
  }

  async retrieveApiKey(id: string, config?: FindConfig, _sharedContext?: Context): Promise<ApiKey> {
    return first(decodePage(await this.native_.retrieveApiKey(id, config)));
  }

  async listApiKeys(filters?: ApiKeyFilters, config?: FindConfig, _sharedContext?: Context): Promise<ApiKey[]> {
    const lookup = publishableLookup(filters, config);
    if (lookup === null) {
      return decodePage(await this.native_.listApiKeys(filters, config));
    }
    const { token, select } = lookup;
    if (!isTokenSized(token)) {
      this.native_.throwIfClosed();
      return [];
    }
    const key = this.native_.recall("publishable", token) ?? (await this.native_.publishableKey(token));
    return key === null ? [] : [withColumns(key, select ? this.columns_(select) : null)];
  }

  async list(filters?: ApiKeyFilters, config?: FindConfig, sharedContext?: Context): Promise<ApiKey[]> {
    return this.listApiKeys(filters, config, sharedContext);
  }

  async listAndCountApiKeys(
    filters?: ApiKeyFilters,
    config?: FindConfig,
    _sharedContext?: Context,
  ): Promise<[ApiKey[], number]> {
    const page = await this.native_.listAndCountApiKeys(filters, config);
    return [decodePage(page), page.count as number];
  }

  async deleteApiKeys(ids: string | string[], sharedContext?: Context): Promise<void> {
    const { deleted } = await this.native_.deleteApiKeys(ids, sharedContext);
    await this.events_.publish([["deleted", deleted]], sharedContext);
  }

  async softDeleteApiKeys(
    targets: Targets,
    config?: LinkableKeysConfig | null,
    sharedContext?: Context,
  ): Promise<LinkableApiKeys> {
    const { deleted } = await this.native_.softDeleteApiKeys(targets);
    await this.events_.publish([["deleted", deleted]], sharedContext);
    return toLinkable(deleted, config);
  }

  async restoreApiKeys(
    targets: Targets,
    config?: LinkableKeysConfig | null,
    sharedContext?: Context,
  ): Promise<LinkableApiKeys> {
    const { updated } = await this.native_.restoreApiKeys(targets);
    // Stock 2.21.2: a restoration publishes no event.
    await this.events_.publish([], sharedContext);
    return toLinkable(updated, config);
  }

  async revoke(
    target: string | ApiKeySelector,
    data?: RevokeApiKeyInput & RevocationExtent,
    sharedContext?: Context,
  ): Promise<OneOrMany> {
    const change = startChange(this, "revoke");
    const { keys, updated } = await this.native_.revoke(target, withExtent(data));
    change?.revoked(changedAmong(keys, updated));
    await this.events_.publish([["updated", updated]], sharedContext);
    const revoked = keys.map(decodeKey);
    return isExtended(data) ? (revoked as OneOrMany) : likeTarget(target, revoked);
  }

  async revokeToken(token: string, data: RevokeTokenInput, sharedContext?: Context): Promise<void> {
    const change = startChange(this, "revokeToken");
    const { keys, updated } = await this.native_.revokeToken(checkedToken(token), withExtent(data));
    change?.revoked(changedAmong(keys, updated));
    await this.events_.publish([["updated", updated]], sharedContext);
  }

  async prune(settings: PruneInput, sharedContext?: Context): Promise<PrunedApiKeys> {
    const { ids, deleted, more } = await this.native_.prune(withOwn(settings, PRUNING));
    await this.events_.publish([["deleted", ids]], sharedContext);
    return { deleted, more };
  }

  async rollApiKeys(id: string, data: RollApiKeyInput, sharedContext?: Context): Promise<RolledApiKey> {
    const change = startChange(this, "rollApiKeys");
    const rolled = await this.native_.rollApiKeys(id, withOwn(data, ROLL), sharedContext);
    const [revoked, created] = [decodeKey(rolled.revoked), decodeKey(rolled.created)];
    change?.rolled(revoked, created);
    await this.events_.publish(
      [
        ["updated", [revoked.id]],
        ["created", [created.id]],
      ],
      sharedContext,
    );
    return { revoked, created };
  }

  async authenticate(token: string, _sharedContext?: Context): Promise<ApiKey | false> {
    const use = startUse(this, "authenticate");
    if (typeof token !== "string" || !isTokenSized(token)) {
      const refuseIfClosed = () => this.native_.throwIfClosed();
      await (use ? use.settles(refuseIfClosed) : refuseIfClosed());
      use?.refused("unknown", null);
      return false;
    }
    const recalled = this.native_.recall("secret", token);
    if (recalled !== null) {
      use?.verified(recalled);
      return recalled;
    }
    const admission = this.admissions_.of(token);
    if (admission !== null) {
      // The guard calls `verify`, which publishes the event.
      return ((await admission.verify()) as ApiKey | null) ?? false;
    }
    const ask = () => this.native_.authenticate(token);
    const answer = await (use ? use.answers(ask) : ask());
    return answer === null || isRefused(answer) ? false : answer;
  }

  verify(token: string, demand?: ApiKeyDemand, _sharedContext?: Context): Promise<Verification> {
    return verifyToken(this, token, demand);
  }

  async redeem(token: string, data: RedeemInput, sharedContext?: Context): Promise<Redemption> {
    const usable = typeof token === "string" && isTokenSized(token);
    const [use, change] = [startUse(this, "redeem"), startChange(this, "redeem")];
    const ask = () => this.native_.redeem(usable ? token : "", data);
    const redeemed = await (use ? use.settles(ask) : ask());
    if (isRefusedRedemption(redeemed)) {
      use?.refused(redeemed.reason, redeemed.keyId);
      return { valid: false, reason: redeemed.reason };
    }
    const key = decodeKey(redeemed.key);
    use?.verified(key);
    change?.revoked([key]);
    await this.events_.publish([["updated", [key.id]]], sharedContext);
    return { valid: true, key };
  }

  async status(...given: unknown[]): Promise<ApiKeyModuleStatus> {
    rejectMembers("status", given);
    return this.native_.status();
  }

  async ping(...given: unknown[]): Promise<ApiKeyModuleHealth> {
    rejectMembers("ping", given);
    const startedAt = performance.now();
    const { ok, problems } = await this.native_.ping();
    return { ok, latencyMs: performance.now() - startedAt, problems };
  }

  async migrate(...given: unknown[]): Promise<void> {
    rejectMembers("migrate", given);
    await this.native_.migrate();
  }

  async close(...given: unknown[]): Promise<void> {
    rejectMembers("close", given);
    await this.native_.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** The changes to publish of a write that creates keys and may change others. */
function writtenKeys({ created, updated }: Written): Changes {
  return [
    ["created", created],
    ["updated", updated],
  ];
}

// The position at which Medusa's workflows pass their context, from which the metadata of events come.
Object.assign(ApiKeyModuleService.prototype, {
  MedusaContextIndex_: {
    createApiKeys: 1,
    create: 1,
    upsertApiKeys: 1,
    importApiKeys: 1,
    deleteApiKeys: 1,
    prune: 1,
    authenticate: 1,
    verify: 2,
    redeem: 2,
    updateApiKeys: 2,
    revoke: 2,
    revokeToken: 2,
    rollApiKeys: 2,
    ensureApiKeys: 2,
    softDeleteApiKeys: 2,
    restoreApiKeys: 2,
    retrieveApiKey: 2,
    listApiKeys: 2,
    list: 2,
    listAndCountApiKeys: 2,
  },
});

// Stock 2.21.2: Medusa's factory creates these two methods as enumerable properties.
for (const name of ["softDeleteApiKeys", "restoreApiKeys"]) {
  Object.defineProperty(ApiKeyModuleService.prototype, name, { enumerable: true });
}
