import { channel } from "node:diagnostics_channel";
import { performance } from "node:perf_hooks";
import { now } from "./call-context";
import { ApiKeyError, type ApiKeyErrorType } from "./errors";
import { decodeKey } from "./generated/columns";
import type { Written } from "./outcome";
import type { ApiKey, ApiKeyType, RedemptionRefusal, RefusalReason } from "./types";

/** The names of events about keys. Each has a channel of `node:diagnostics_channel`: `medusa-api-key-native:<name>`. */
export type ApiKeyActivityName = "key.created" | "key.rolled" | "key.revoked" | "key.verified" | "key.refused";

/** Why a token was refused, or the type of the error with which a call failed. */
export type ApiKeyActivityReason = RefusalReason | RedemptionRefusal | "restricted" | ApiKeyErrorType;

/** The methods that publish events about keys. */
export type ApiKeyActivityMethod =
  | "createApiKeys"
  | "upsertApiKeys"
  | "ensureApiKeys"
  | "importApiKeys"
  | "rollApiKeys"
  | "revoke"
  | "revokeToken"
  | "redeem"
  | "authenticate"
  | "verify";

/**
 * A message on these channels: one for each key that a call changed, after the change was committed, and one for each call
 * of `authenticate`, `verify` and `redeem`. It contains no token, no hash and no redacted form. It is frozen; all
 * subscribers get the same `Date` objects.
 */
export interface ApiKeyActivity {
  /** The name of the event. */
  name: ApiKeyActivityName;
  /** The method that was called. */
  method: ApiKeyActivityMethod;
  /** What happened. `failed`: the call rejected, so nothing is known about the token; the name is `key.refused`. */
  outcome: "created" | "rolled" | "revoked" | "verified" | "refused" | "failed";
  /** The id of the key; `null` if a refused token belongs to none. Of a rolled key, the id of the old one. */
  keyId: string | null;
  /** The type of the key; `null` without a key. */
  keyType: ApiKeyType | null;
  /** Who did it: `created_by` of a new key, `revoked_by` of a revoked or rolled one. `null` for a use, or if not given. */
  actor: string | null;
  /**
   * Why the token was refused, or the type of the error of a failed call; otherwise `null`. `restricted`: `authenticate`
   * refused a key that only `verify` or `redeem` accepts.
   */
  reason: ApiKeyActivityReason | null;
  /** The id of the new key of a roll; otherwise `null`. */
  successorId: string | null;
  /** When a revoked or rolled key ends, which may be later; otherwise `null`. */
  endsAt: Date | null;
  /** When the method was called. */
  at: Date;
  /** How long the call took, in milliseconds. */
  durationMs: number;
}

/** A refused token: why, and the id of its key as far as known. */
export interface RefusedToken {
  reason: RefusalReason;
  keyId: string | null;
}

/** What is known about a token: its key, the reason against it, or nothing. */
export type TokenAnswer = ApiKey | RefusedToken | null;

type Content = Pick<ApiKeyActivity, "name" | "outcome"> & Partial<ApiKeyActivity>;

const CREATED = channel("medusa-api-key-native:key.created");
const ROLLED = channel("medusa-api-key-native:key.rolled");
const REVOKED = channel("medusa-api-key-native:key.revoked");
const VERIFIED = channel("medusa-api-key-native:key.verified");
const REFUSED = channel("medusa-api-key-native:key.refused");

const CHANNELS = {
  "key.created": CREATED,
  "key.rolled": ROLLED,
  "key.revoked": REVOKED,
  "key.verified": VERIFIED,
  "key.refused": REFUSED,
} satisfies Record<ApiKeyActivityName, unknown>;

// SECURITY: a message must not refer to a service, which holds the tokens of running calls.
const SERVICES = new WeakMap<object, object>();

/** The service that published a message. */
export function serviceOf(message: object): object | undefined {
  return SERVICES.get(message);
}

/** Whether an answer is a refusal. */
export function isRefused(answer: TokenAnswer): answer is RefusedToken {
  return answer !== null && Object.hasOwn(answer, "keyId");
}

/** Starts the events of a call about a token; undefined, at the cost of two comparisons, if there is no subscriber. */
export function startUse(service: object, method: ApiKeyActivityMethod): Activity | undefined {
  return VERIFIED.hasSubscribers || REFUSED.hasSubscribers ? new Activity(service, method) : undefined;
}

/** Starts the events of a call that changes keys; undefined if there is no subscriber. */
export function startChange(service: object, method: ApiKeyActivityMethod): Activity | undefined {
  return CREATED.hasSubscribers || ROLLED.hasSubscribers || REVOKED.hasSubscribers
    ? new Activity(service, method)
    : undefined;
}

/** The keys of rows that have one of the ids. */
export function changedAmong(rows: Written["keys"], ids: readonly string[]): ApiKey[] {
  const changed = new Set(ids);
  return rows.map(decodeKey).filter(({ id }) => changed.has(id));
}

/** Publishes the events of one call. */
export class Activity {
  private readonly calledAt = now();
  private readonly startedAt = performance.now();

  constructor(
    private readonly service: object,
    private readonly method: ApiKeyActivityMethod,
  ) {}

  /** Makes a call about a token, publishes what it answers or that it failed, and returns the answer. */
  async answers(ask: () => Promise<TokenAnswer>): Promise<TokenAnswer> {
    const answer = await this.settles(ask);
    this.answered(answer);
    return answer;
  }

  /** Makes a call about a token, and publishes that it failed, also if it throws; otherwise returns its result. */
  async settles<Result>(ask: () => Result | Promise<Result>): Promise<Result> {
    try {
      return await ask();
    } catch (error) {
      throw this.failedWith(error);
    }
  }

  /** Publishes what is known about a token. */
  answered(answer: TokenAnswer): void {
    if (answer === null || isRefused(answer)) {
      this.refused(answer?.reason ?? "unknown", answer?.keyId ?? null);
    } else {
      this.verified(answer);
    }
  }

  verified({ id, type }: ApiKey): void {
    this.publish({ name: "key.verified", outcome: "verified", keyId: id, keyType: type });
  }

  /** Only secret keys are asked about. */
  refused(reason: RefusalReason | RedemptionRefusal, keyId: string | null): void {
    const keyType = keyId === null ? null : "secret";
    this.publish({ name: "key.refused", outcome: "refused", reason, keyId, keyType });
  }

  /** Publishes that a call about a token failed, and returns the error. */
  failedWith(error: unknown): unknown {
    // A getter of an argument throws errors of the caller.
    const reason = error instanceof ApiKeyError ? error.type : "unexpected_state";
    this.publish({ name: "key.refused", outcome: "failed", reason });
    return error;
  }

  /** Publishes what a creation or an upsert wrote. */
  wrote({ keys, created, superseded }: Written): void {
    const newKeys = changedAmong(keys, created);
    this.created(newKeys);
    this.superseded(superseded, newKeys);
  }

  created(keys: Iterable<ApiKey>): void {
    for (const { id, type, created_by: actor } of keys) {
      this.publish({ name: "key.created", outcome: "created", keyId: id, keyType: type, actor });
    }
  }

  revoked(keys: Iterable<ApiKey>): void {
    for (const { id, type, revoked_by: actor, revoked_at: endsAt } of keys) {
      this.publish({ name: "key.revoked", outcome: "revoked", keyId: id, keyType: type, actor, endsAt });
    }
  }

  /** Publishes that new keys ended older ones of the same owner and purpose. */
  superseded(ids: readonly string[], by: readonly ApiKey[]): void {
    const actors = new Set(by.map((key) => key.created_by));
    const actor = actors.size === 1 ? ([...actors][0] ?? null) : null;
    for (const keyId of ids) {
      const endsAt = new Date(this.calledAt);
      this.publish({ name: "key.revoked", outcome: "revoked", keyId, keyType: "secret", actor, endsAt });
    }
  }

  rolled(old: ApiKey, successor: ApiKey): void {
    const { id: keyId, type: keyType, revoked_by: actor, revoked_at: endsAt } = old;
    const successorId = successor.id;
    this.publish({ name: "key.rolled", outcome: "rolled", keyId, keyType, actor, endsAt, successorId });
  }

  private publish({ name, outcome, ...content }: Content): void {
    if (!CHANNELS[name].hasSubscribers) {
      return;
    }
    const { keyId = null, keyType = null, actor = null, reason = null, successorId = null, endsAt = null } = content;
    const message: ApiKeyActivity = Object.freeze({
      name,
      method: this.method,
      outcome,
      keyId,
      keyType,
      actor,
      reason,
      successorId,
      endsAt: endsAt && new Date(endsAt),
      at: new Date(this.calledAt),
      durationMs: performance.now() - this.startedAt,
    });
    SERVICES.set(message, this.service);
    // A subscriber that throws does not reach this call: Node.js reports its error as an uncaught exception.
    CHANNELS[name].publish(message);
  }
}
