import { ApiKeyError } from "../errors";

/** The attributes of a measurement. */
export type MetricAttributes = Record<string, string>;

/** The settings of an instrument. */
export interface MetricSettings {
  description?: string;
  unit?: string;
  advice?: { explicitBucketBoundaries?: number[] };
}

/** An instrument whose value is read when metrics are collected. */
export type Observable = object;

/** The part of OpenTelemetry's `Meter` that is used here, so that the types need no installed package. */
export interface ApiKeyMeter {
  createCounter(name: string, settings?: MetricSettings): { add(value: number, attributes?: MetricAttributes): void };
  createHistogram(
    name: string,
    settings?: MetricSettings,
  ): { record(value: number, attributes?: MetricAttributes): void };
  createObservableCounter(name: string, settings?: MetricSettings): Observable;
  createObservableGauge(name: string, settings?: MetricSettings): Observable;
  addBatchObservableCallback(callback: ObserveAll, observables: Observable[]): void;
  removeBatchObservableCallback(callback: ObserveAll, observables: Observable[]): void;
}

/** Reads the values of instruments. */
export type ObserveAll = (result: { observe(observable: Observable, value: number): void }) => void | Promise<void>;

/** The meter of OpenTelemetry's global provider. */
export function defaultMeter(): ApiKeyMeter {
  return api().metrics.getMeter("medusa-api-key-native");
}

function api(): { metrics: { getMeter(name: string): ApiKeyMeter } } {
  try {
    return require("@opentelemetry/api");
  } catch {
    throw new ApiKeyError(
      "invalid_argument",
      "instrument needs @opentelemetry/api, which is not installed: npm install @opentelemetry/api, or pass the option meter",
    );
  }
}
