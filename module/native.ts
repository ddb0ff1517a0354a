import type * as Binding from "../binding";
import type { NativeApiKey, NativeFailure, NativePage, NativeRolled, NativeWritten } from "../binding";
import { type Context, transactionOf, undoneTransactionOf } from "./context";
import { entropyToCreate, entropyToRoll, entropyToUpsert, now } from "./edge";
import { ApiKeyError, type ApiKeyErrorType } from "./errors";
import { encode, encodeFilters, encodeTarget } from "./wire";

type MaybeContext = Context | null | undefined;

/**
 * The native service, with JavaScript's values as arguments and failures as exceptions. Every call takes the present and
 * the randomness that it needs along.
 */
export class Native {
  private readonly service: Binding.NativeApiKeyService;

  constructor(settings: unknown) {
    const { NativeApiKeyService } = loadBinding();
    this.service = new NativeApiKeyService(encode(settings));
    orThrow(this.service.failure());
  }

  createApiKeys(data: readonly unknown[], context?: MaybeContext): Promise<NativeWritten> {
    return unwrap(
      this.service.createApiKeys(now(), entropyToCreate(data), encode(data), encode(transactionOf(context))),
    );
  }

  upsertApiKeys(data: readonly unknown[], context?: MaybeContext): Promise<NativeWritten> {
    return unwrap(
      this.service.upsertApiKeys(now(), entropyToUpsert(data), encode(data), encode(transactionOf(context))),
    );
  }

  updateApiKeys(target: unknown, data: unknown): Promise<NativeWritten> {
    return unwrap(this.service.updateApiKeys(now(), encodeTarget(target), encode(data)));
  }

  revoke(target: unknown, data: unknown): Promise<NativeWritten> {
    return unwrap(this.service.revoke(now(), encodeTarget(target), encode(data)));
  }

  rollApiKeys(id: unknown, data: unknown, context?: MaybeContext): Promise<NativeRolled> {
    return unwrap(
      this.service.rollApiKeys(now(), entropyToRoll(), encode(id), encode(data), encode(transactionOf(context))),
    );
  }

  deleteApiKeys(ids: unknown, context?: MaybeContext): Promise<NativeWritten> {
    return unwrap(this.service.deleteApiKeys(now(), encodeTarget(ids), encode(undoneTransactionOf(context))));
  }

  softDeleteApiKeys(targets: unknown): Promise<NativeWritten> {
    return unwrap(this.service.softDeleteApiKeys(now(), encodeTarget(targets)));
  }

  restoreApiKeys(targets: unknown): Promise<NativeWritten> {
    return unwrap(this.service.restoreApiKeys(now(), encodeTarget(targets)));
  }

  retrieveApiKey(id: unknown, config: unknown): Promise<NativePage> {
    return unwrap(this.service.retrieveApiKey(encode(id), encode(config)));
  }

  listApiKeys(filters: unknown, config: unknown): Promise<NativePage> {
    return unwrap(this.service.listApiKeys(encodeFilters(filters), encode(config)));
  }

  listAndCountApiKeys(filters: unknown, config: unknown): Promise<NativePage> {
    return unwrap(this.service.listAndCountApiKeys(encodeFilters(filters), encode(config)));
  }

  authenticate(token: string): Promise<NativeApiKey | null> {
    return unwrap(this.service.authenticate(now(), token));
  }

  migrate(): Promise<string[]> {
    return unwrap(this.service.migrate());
  }

  rollBack(names: readonly string[] | undefined): Promise<string[]> {
    return unwrap(this.service.rollBack(names && [...names]));
  }

  close(): Promise<void> {
    return unwrap(this.service.close());
  }
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
    throw new ApiKeyError(answer.type as ApiKeyErrorType, answer.message, answer.sqlstate);
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
