import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ApiKeyActivity, ApiKeyActivityName, ApiKeyModuleService } from "../index";
import { serviceOf } from "./activity";
import { ApiKeyError, shownName } from "./errors";
import { type ApiKeyMeter, defaultMeter } from "./opentelemetry/meter";
import { observeStatus } from "./opentelemetry/status";

export type { ApiKeyMeter, MetricAttributes, MetricSettings, Observable } from "./opentelemetry/meter";

/** The options of `instrument`. */
export interface InstrumentOptions {
  /** The meter that creates the instruments. Default: that of OpenTelemetry's global provider. */
  meter?: ApiKeyMeter;
}

/** Metrics that are being recorded. */
export interface Instrumentation {
  /** Stops recording. Further calls have no effect. */
  stop(): void;
}

/** The boundaries of the histogram in seconds: from an answer from memory to a call that waits for a queue. */
const BOUNDARIES = [
  ...[0.000_005, 0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5],
  ...[0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
];

const CHANGES: ApiKeyActivityName[] = ["key.created", "key.rolled", "key.revoked"];
const USES: ApiKeyActivityName[] = ["key.verified", "key.refused"];

/**
 * Records metrics of a service with OpenTelemetry: uses by outcome, their duration, changes of keys, and the state of the
 * cache, the lease and the hashing queue.
 *
 * It does not keep the process alive, nor a service that nothing else refers to.
 *
 * @param service - The service.
 * @param options - The meter.
 * @returns The running instrumentation.
 * @throws ApiKeyError `invalid_argument` if an argument is invalid, or `@opentelemetry/api` is not installed.
 *
 * @example
 * const metrics = instrument(keys)
 * // later: metrics.stop()
 */
export function instrument(service: ApiKeyModuleService, options: InstrumentOptions = {}): Instrumentation {
  const meter = checked(service, options).meter ?? defaultMeter();
  const stopRecording = record(new WeakRef(service), meter);
  const stopObserving = observeStatus(new WeakRef(service), meter);
  return {
    stop: () => {
      stopRecording();
      stopObserving();
    },
  };
}

/** Counts the events of a service, and returns the function that stops that. */
function record(service: WeakRef<ApiKeyModuleService>, meter: ApiKeyMeter): () => void {
  const verifications = meter.createCounter("api_key.verifications", {
    description: "Calls of authenticate, verify and redeem",
    unit: "{verification}",
  });
  const duration = meter.createHistogram("api_key.verification.duration", {
    description: "Duration of calls of authenticate, verify and redeem",
    unit: "s",
    advice: { explicitBucketBoundaries: BOUNDARIES },
  });
  const changes = meter.createCounter("api_key.changes", {
    description: "Keys that were created, rolled or revoked",
    unit: "{key}",
  });
  const isOurs = (activity: ApiKeyActivity) => identity(serviceOf(activity)) === identity(service.deref());
  const onUse = (message: unknown) => {
    const activity = message as ApiKeyActivity;
    if (!isOurs(activity)) {
      return;
    }
    const { method, outcome, reason } = activity;
    const attributes = { "api_key.method": method, "api_key.outcome": outcome };
    verifications.add(1, {
      ...attributes,
      ...(outcome === "refused" && { "api_key.refusal_reason": `${reason}` }),
      ...(outcome === "failed" && { "error.type": `${reason}` }),
    });
    duration.record(activity.durationMs / 1_000, attributes);
  };
  const onChange = (message: unknown) => {
    const activity = message as ApiKeyActivity;
    if (isOurs(activity)) {
      const { method, outcome, keyType } = activity;
      changes.add(1, { "api_key.method": method, "api_key.outcome": outcome, "api_key.type": `${keyType}` });
    }
  };
  const each = (act: typeof subscribe | typeof unsubscribe) => {
    for (const name of USES) act(`medusa-api-key-native:${name}`, onUse);
    for (const name of CHANGES) act(`medusa-api-key-native:${name}`, onChange);
  };
  each(subscribe);
  return () => each(unsubscribe);
}

/** What a service and proxies of it have in common, such as those of Medusa's test runner. */
function identity(service: object | undefined): unknown {
  return (service as { native_?: object } | undefined)?.native_ ?? service;
}

function checked(service: unknown, options: unknown): InstrumentOptions {
  if (typeof (service as ApiKeyModuleService | null)?.status !== "function") {
    throw new ApiKeyError("invalid_argument", "instrument needs a service with a method status");
  }
  if (typeof options !== "object" || options === null) {
    throw new ApiKeyError("invalid_argument", "The options of instrument must be an object { meter }");
  }
  const unknown = Object.keys(options).find((name) => name !== "meter");
  if (unknown !== undefined) {
    throw new ApiKeyError("invalid_argument", `Unknown option "${shownName(unknown)}" of instrument; known is meter`);
  }
  const { meter } = options as { meter?: unknown };
  if (meter !== undefined && typeof (meter as ApiKeyMeter | null)?.createCounter !== "function") {
    throw new ApiKeyError("invalid_argument", "The option meter of instrument must be a Meter of OpenTelemetry");
  }
  return options as InstrumentOptions;
}
