import type * as Binding from "../binding";
import type { RefusedToken, TokenAnswer } from "./activity";
import { entropyToCreate, entropyToDeclare, entropyToRoll, entropyToUpsert, now } from "./call-context";
import { type Context, transactionOf, undoneTransactionOf } from "./context";
import { simpleDemand } from "./demand";
import type { Diagnosis } from "./diagnosis";
import { ofFailure } from "./errors";
import { decodeKey } from "./generated/columns";
import type { ApiKeyModuleHealth } from "./health";
import { Inbox } from "./inbox";
import { loadBinding } from "./load-binding";
import {
  type Declared,
  defect,
  type Failure,
  type Pruned,
  type Redeemed,
  type Rolled,
  unwrap,
  type Written,
} from "./outcome";
import { type NumberedRow, RememberedRows } from "./remembered-rows";
import type { Page } from "./rows";
import type { ApiKeyModuleStatus } from "./status";
import type { ApiKey, ApiKeyType, RefusalReason } from "./types";
import { encode, encodeConfig, encodeDemand, encodeFilters, encodeTarget } from "./wire";

type MaybeContext = Context | null | undefined;

/**
 * The native service, with JavaScript values as arguments and failures as exceptions. Every call passes the current time
 * and the randomness that it needs.
 */
export class Native {
  private readonly service: Binding.NativeApiKeyService;
  private closing: Promise<void> | null = null;
  private readonly inbox: Inbox;
  private readonly rows = new RememberedRows();
  private refusals: RefusalReason[] | undefined;
  /** Return the number of a token's row in the cache, or 0. Null if answers cannot come from the cache. */
  private readonly recallers: Readonly<Record<ApiKeyType, (now: number, token: string) => number>> | null;

  /** Returns the number of the row of a token that satisfies a demand, the negative number of a reason, or 0. */
  private readonly verifier: ReturnType<Binding.NativeApiKeyService["verifier"]> | null;

  /** `onEvent` receives background events while this object exists. */
  constructor(
    settings: unknown,
    private readonly onEvent: (name: string, reason: string | null) => void,
  ) {
    const { NativeApiKeyService } = loadBinding();
    const { onEvent: emit, wake } = callbacksOf(new WeakRef(this));
    this.service = new NativeApiKeyService(encode(settings), emit, wake);
    throwIf(this.service.failure());
    this.inbox = new Inbox(({ kind, demand, now, firstTicket, tokens }) => {
      try {
        this.service.ask(kind, demand, now, firstTicket, tokens);
      } catch {
        throw ofFailure(defect());
      }
    });
    const hasCache = this.status().answers !== "strict";
    this.recallers = hasCache
      ? { secret: this.service.recaller("secret"), publishable: this.service.recaller("publishable") }
      : null;
    this.verifier = hasCache ? this.service.verifier() : null;
  }

  createApiKeys(data: readonly unknown[], context?: MaybeContext): Promise<Written> {
    return unwrap(this.open.createApiKeys(now(), entropyToCreate(data), encode(data), encode(transactionOf(context))));
  }

  upsertApiKeys(data: readonly unknown[], context?: MaybeContext): Promise<Written> {
    return unwrap(this.open.upsertApiKeys(now(), entropyToUpsert(data), encode(data), encode(transactionOf(context))));
  }

  ensureApiKeys(
    data: readonly unknown[],
    options: unknown,
    inProduction: boolean,
    context?: MaybeContext,
  ): Promise<Declared> {
    const settings = encode({ options, inProduction });
    const workflow = encode(transactionOf(context));
    return unwrap(this.open.ensureApiKeys(now(), entropyToDeclare(data), encode(data), settings, workflow));
  }

  importApiKeys(data: readonly unknown[], context?: MaybeContext): Promise<Declared> {
    return unwrap(this.open.importApiKeys(now(), entropyToDeclare(data), encode(data), encode(transactionOf(context))));
  }

  updateApiKeys(target: unknown, data: unknown): Promise<Written> {
    return unwrap(this.open.updateApiKeys(now(), encodeTarget(target), encode(data)));
  }

  revoke(target: unknown, data: unknown): Promise<Written> {
    return unwrap(this.open.revoke(now(), encodeTarget(target), encode(data)));
  }

  rollApiKeys(id: unknown, data: unknown, context?: MaybeContext): Promise<Rolled> {
    return unwrap(
      this.open.rollApiKeys(now(), entropyToRoll(), encode(id), encode(data), encode(transactionOf(context))),
    );
  }

  redeem(token: string, data: unknown): Promise<Redeemed> {
    return unwrap(this.open.redeem(now(), token, encode(data)));
  }

  revokeToken(token: string, data: unknown): Promise<Written> {
    return unwrap(this.open.revokeToken(now(), token, encode(data)));
  }

  prune(settings: unknown): Promise<Pruned> {
    return unwrap(this.open.prune(now(), encode(settings)));
  }

  deleteApiKeys(ids: unknown, context?: MaybeContext): Promise<Written> {
    return unwrap(this.open.deleteApiKeys(now(), encodeTarget(ids), encode(undoneTransactionOf(context))));
  }

  softDeleteApiKeys(targets: unknown): Promise<Written> {
    return unwrap(this.open.softDeleteApiKeys(now(), encodeTarget(targets)));
  }

  restoreApiKeys(targets: unknown): Promise<Written> {
    return unwrap(this.open.restoreApiKeys(now(), encodeTarget(targets)));
  }

  retrieveApiKey(id: unknown, config: unknown): Promise<Page> {
    return unwrap(this.open.retrieveApiKey(encode(id), encodeConfig(config)));
  }

  listApiKeys(filters: unknown, config: unknown): Promise<Page> {
    return unwrap(this.open.listApiKeys(encodeFilters(filters), encodeConfig(config)));
  }

  listAndCountApiKeys(filters: unknown, config: unknown): Promise<Page> {
    return unwrap(this.open.listAndCountApiKeys(encodeFilters(filters), encodeConfig(config)));
  }

  /** The key of a token, or the reason against it. */
  authenticate(token: string): Promise<TokenAnswer> {
    this.throwIfClosed();
    return this.inbox.ask("secret", token, now());
  }

  /** Judges a token by a demand: the key, or the reason against it. */
  verify(token: string, demand: unknown): Promise<TokenAnswer> {
    this.throwIfClosed();
    return this.inbox.ask("verify", token, now(), encodeDemand(demand));
  }

  /** The result of `verify` from the cache, on this thread; null if the database must be read. */
  recallVerified(token: string, demand: unknown): ApiKey | RefusalReason | null {
    const simple = this.verifier === null ? null : simpleDemand(demand);
    if (simple === null) {
      return null;
    }
    const { scopes, scopeCount, ip, ownerType } = simple;
    const number = this.verifier?.(now(), token, scopes, scopeCount, ip, ownerType) ?? 0;
    if (number === 0) {
      return null;
    }
    if (number < 0) {
      this.refusals ??= loadBinding().NativeApiKeyService.refusals() as RefusalReason[];
      return this.refusals[-number - 1] ?? null;
    }
    const row = this.rows.get(number, () =>
      parsedRow(this.service.recalledRow("verify", encodeDemand(demand), now(), token)),
    );
    return row && decodeKey(row);
  }

  /** A refusal from the cache, with the id of the refused key. */
  recalledRefusal(token: string, reason: RefusalReason): RefusedToken {
    return { reason, keyId: this.service.recalledId(token) };
  }

  publishableKey(token: string): Promise<ApiKey | null> {
    this.throwIfClosed();
    return this.inbox.ask("publishable", token, now()) as Promise<ApiKey | null>;
  }

  /** The result of `authenticate` or `publishableKey` from the cache, on this thread; null if the database must be read. */
  recall(kind: ApiKeyType, token: string): ApiKey | null {
    const number = this.recallers?.[kind](now(), token) ?? 0;
    if (number === 0) {
      return null;
    }
    const row = this.rows.get(number, () => parsedRow(this.service.recalledRow(kind, "", now(), token)));
    return row && decodeKey(row);
  }

  /** The columns that `config.select` selects, in model order; null means all. */
  selectedColumns(select: readonly string[]): string[] | null {
    return loadBinding().NativeApiKeyService.selectedColumns(encode(select));
  }

  status(): ApiKeyModuleStatus {
    return JSON.parse(this.service.status() as string);
  }

  /** Facts about the database and its table of keys, for the command `doctor`. Only reads. */
  diagnose(): Promise<Diagnosis> {
    return unwrap(this.open.diagnose(now()));
  }

  /** Whether keys can be verified, and what is wrong; also after `close`. */
  ping(): Promise<Omit<ApiKeyModuleHealth, "latencyMs">> {
    return unwrap(this.service.ping());
  }

  migrate(): Promise<string[]> {
    return unwrap(this.open.migrate());
  }

  rollBack(names: readonly string[] | undefined): Promise<string[]> {
    return unwrap(this.open.rollBack(names && [...names]));
  }

  /** Rejects all later calls and closes the service. Further calls return the same promise. */
  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  /** Throws if `close` was called. */
  throwIfClosed(): void {
    if (this.closing !== null) {
      throwIf(this.service.failure());
    }
  }

  /** The native service, for every call except `status` and `close`. */
  private get open(): Binding.NativeApiKeyService {
    this.throwIfClosed();
    return this.service;
  }

  private shutDown(): Promise<void> {
    this.inbox.flush();
    return unwrap(this.service.close());
  }

  /** @internal */
  take(): void {
    this.inbox.settleAll(this.service.takeAnswers());
  }

  /** @internal */
  emit(name: string, reason: string | null): void {
    this.onEvent(name, reason);
  }
}

/**
 * The callbacks of the native service. It references them, so they reference `Native` only weakly: created in the
 * constructor, they would share a scope with functions that reference the service.
 */
function callbacksOf(native: WeakRef<Native>) {
  return {
    onEvent: (name: string, reason: string | null) => native.deref()?.emit(name, reason),
    wake: () => native.deref()?.take(),
  };
}

function parsedRow(row: string | null): NumberedRow | null {
  return JSON.parse(row ?? "null") as NumberedRow | null;
}

function throwIf(failure: string | null): void {
  if (failure !== null) {
    throw ofFailure(JSON.parse(failure) as Failure);
  }
}
