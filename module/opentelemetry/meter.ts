import { ApiKeyError } from "../errors";

/** The attributes of a measurement. */
export type MetricAttributes = Record<string, string>;

/** The settings of an instrument. */
export interface MetricSettings {
  /** What it measures. */
  description?: string;
  /** The unit, in UCUM's notation. */
  unit?: string;
  /** What the SDK should use by default. */
  advice?: {
    /** The upper bounds of a histogram's buckets. */
    explicitBucketBoundaries?: number[];
  };
}

/** An instrument whose value is read when metrics are collected. */
export type Observable = object;

/** The part of OpenTelemetry's `Meter` that is used here, so that the types need no installed package. */
export interface ApiKeyMeter {
  /** Creates a counter. */
  createCounter(
    name: string,
    settings?: MetricSettings,
  ): {
    /** Adds to the counter. */
    add(value: number, attributes?: MetricAttributes): void;
  };
  /** Creates a histogram. */
  createHistogram(
    name: string,
    settings?: MetricSettings,
  ): {
    /** Records a value. */
    record(value: number, attributes?: MetricAttributes): void;
  };
  /** Creates a counter whose value is read when metrics are collected. */
  createObservableCounter(name: string, settings?: MetricSettings): Observable;
  /** Creates a gauge whose value is read when metrics are collected. */
  createObservableGauge(name: string, settings?: MetricSettings): Observable;
  /** Registers a callback that reads the values of these instruments. */
  addBatchObservableCallback(callback: ObserveAll, observables: Observable[]): void;
  /** Removes such a callback. */
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
