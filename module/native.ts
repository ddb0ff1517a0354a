import type * as Binding from "../binding";
import type { NativeApiKey, NativeFailure, NativePage, NativeRolled, NativeWritten } from "../binding";
import { type Context, transactionOf, undoneTransactionOf } from "./context";
import { entropyToCreate, entropyToRoll, entropyToUpsert, now } from "./edge";
import { ofFailure } from "./errors";
import { Inbox } from "./inbox";
import { RememberedRows } from "./remembered-rows";
import type { ApiKeyModuleStatus } from "./status";
import type { ApiKey } from "./types";
import { decodeKey, encode, encodeConfig, encodeFilters, encodeTarget } from "./wire";

type MaybeContext = Context | null | undefined;

/**
 * The native service, with JavaScript's values as arguments and failures as exceptions. Every call takes the present and
 * the randomness that it needs along.
 */
export class Native {
  private readonly service: Binding.NativeApiKeyService;
  private closing: Promise<void> | null = null;
  private readonly inbox: Inbox;
  private readonly rows = new RememberedRows();
  private readonly readRow = () => this.service.recalled() as NativeApiKey;
  /** Whether anything is ever answered from memory. */
  private readonly remembers: boolean;

  /** `hear` is told what happens beside the calls, for as long as this object lives. */
  constructor(
    settings: unknown,
    private readonly hear: (name: string, reason: string | null) => void,
  ) {
    const { NativeApiKeyService } = loadBinding();
    const { heard, wake } = callbacksOf(new WeakRef(this));
    this.service = new NativeApiKeyService(encode(settings), heard, wake);
    orThrow(this.service.failure());
    this.inbox = new Inbox(({ tickets, now, tokens, publishable }) => {
      try {
        this.service.ask(tickets, now, tokens, publishable);
      } catch {
        throw ofFailure(ofDefect());
      }
    });
    this.remembers = this.status().answers !== "strict";
  }

  createApiKeys(data: readonly unknown[], context?: MaybeContext): Promise<NativeWritten> {
    return unwrap(this.open.createApiKeys(now(), entropyToCreate(data), encode(data), encode(transactionOf(context))));
  }

  upsertApiKeys(data: readonly unknown[], context?: MaybeContext): Promise<NativeWritten> {
    return unwrap(this.open.upsertApiKeys(now(), entropyToUpsert(data), encode(data), encode(transactionOf(context))));
  }

  updateApiKeys(target: unknown, data: unknown): Promise<NativeWritten> {
    return unwrap(this.open.updateApiKeys(now(), encodeTarget(target), encode(data)));
  }

  revoke(target: unknown, data: unknown): Promise<NativeWritten> {
    return unwrap(this.open.revoke(now(), encodeTarget(target), encode(data)));
  }

  rollApiKeys(id: unknown, data: unknown, context?: MaybeContext): Promise<NativeRolled> {
    return unwrap(
      this.open.rollApiKeys(now(), entropyToRoll(), encode(id), encode(data), encode(transactionOf(context))),
    );
  }

  deleteApiKeys(ids: unknown, context?: MaybeContext): Promise<NativeWritten> {
    return unwrap(this.open.deleteApiKeys(now(), encodeTarget(ids), encode(undoneTransactionOf(context))));
  }

  softDeleteApiKeys(targets: unknown): Promise<NativeWritten> {
    return unwrap(this.open.softDeleteApiKeys(now(), encodeTarget(targets)));
  }

  restoreApiKeys(targets: unknown): Promise<NativeWritten> {
    return unwrap(this.open.restoreApiKeys(now(), encodeTarget(targets)));
  }

  retrieveApiKey(id: unknown, config: unknown): Promise<NativePage> {
    return unwrap(this.open.retrieveApiKey(encode(id), encodeConfig(config)));
  }

  listApiKeys(filters: unknown, config: unknown): Promise<NativePage> {
    return unwrap(this.open.listApiKeys(encodeFilters(filters), encodeConfig(config)));
  }

  listAndCountApiKeys(filters: unknown, config: unknown): Promise<NativePage> {
    return unwrap(this.open.listAndCountApiKeys(encodeFilters(filters), encodeConfig(config)));
  }

  authenticate(token: string): Promise<ApiKey | null> {
    this.refuseIfClosed();
    return this.inbox.ask(token, now(), false);
  }

  publishableKey(token: string): Promise<ApiKey | null> {
    this.refuseIfClosed();
    return this.inbox.ask(token, now(), true);
  }

  /** What `authenticate` would answer, from memory and on this thread; null when only the database can tell. */
  recallSecret(token: string): ApiKey | null {
    return this.remembers ? this.recalled(this.service.recallSecret(now(), token)) : null;
  }

  /** What `publishableKey` would answer, from memory and on this thread; null when only the database can tell. */
  recallPublishable(token: string): ApiKey | null {
    return this.remembers ? this.recalled(this.service.recallPublishable(now(), token)) : null;
  }

  /** The columns that `config.select` shows, in model order; null means every one. */
  selectedColumns(select: readonly string[]): string[] | null {
    return loadBinding().NativeApiKeyService.selectedColumns(encode(select));
  }

  status(): ApiKeyModuleStatus {
    return JSON.parse(this.service.status() as string);
  }

  migrate(): Promise<string[]> {
    return unwrap(this.open.migrate());
  }

  rollBack(names: readonly string[] | undefined): Promise<string[]> {
    return unwrap(this.open.rollBack(names && [...names]));
  }

  /** Rejects every call from now on, and closes once however often it is called. */
  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  /** Throws when `close` was called. */
  refuseIfClosed(): void {
    if (this.closing !== null) {
      orThrow(this.service.failure());
    }
  }

  /** The native service, for every call but `status` and `close`. */
  private get open(): Binding.NativeApiKeyService {
    this.refuseIfClosed();
    return this.service;
  }

  private shutDown(): Promise<void> {
    this.inbox.sendOff();
    return unwrap(this.service.close());
  }

  private recalled(number: number): ApiKey | null {
    return number === 0 ? null : decodeKey(this.rows.get(number, this.readRow));
  }

  /** @internal */
  take(): void {
    const { found, none, failed } = this.inbox;
    this.service.takeAnswers(found, none, failed);
  }

  /** @internal */
  told(name: string, reason: string | null): void {
    this.hear(name, reason);
  }
}

/**
 * What the native service calls. It holds on to these functions, so they hold nothing: made in the constructor they would
 * share a scope with functions that hold the service.
 */
function callbacksOf(native: WeakRef<Native>) {
  return {
    heard: (name: string, reason: string | null) => native.deref()?.told(name, reason),
    wake: () => native.deref()?.take(),
  };
}

async function unwrap<T>(call: Promise<T | NativeFailure>): Promise<T> {
  return orThrow(await call.catch(ofDefect));
}

// A use case answers its failures. Only a panic rejects, with an error of another realm.
function ofDefect(): NativeFailure {
  return { type: "unexpected_state", message: "The native part of medusa-api-key-native has a defect." };
}

// Rust returns failures as values, because an addon's own errors fail `instanceof Error` inside Jest.
function orThrow<T>(answer: T | NativeFailure): T {
  if (isFailure(answer)) {
    throw ofFailure(answer);
  }
  return answer;
}

function isFailure(answer: unknown): answer is NativeFailure {
  return typeof (answer as NativeFailure | null | undefined)?.message === "string";
}

function loadBinding(): typeof Binding {
  try {
    return require("../binding");
  } catch (cause) {
    const text = [
      `The native part of medusa-api-key-native for this platform (medusa-api-key-native-${platform()}) could not be loaded.`,
      "Install the package without --omit=optional and on the platform that it is to run on,",
      "or run `npm run build` in a checkout.",
    ];
    throw new Error(text.join(" "), { cause });
  }
}

/** This platform, as the packages with the native part are named after it. */
function platform(): string {
  const libc = process.platform === "win32" ? "-msvc" : process.platform === "linux" ? `-${linuxLibc()}` : "";
  return `${process.platform}-${process.arch}${libc}`;
}

function linuxLibc(): "gnu" | "musl" {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime === undefined ? "musl" : "gnu";
}
