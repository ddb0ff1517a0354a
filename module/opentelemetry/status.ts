import type { ApiKeyModuleService, ApiKeyModuleStatus } from "../../index";
import type { ApiKeyMeter, MetricSettings, ObserveAll } from "./meter";

/** An instrument of a member of `status()`; `null` is not observed. */
interface Gauge extends MetricSettings {
  name: string;
  isCounter?: true;
  read(status: ApiKeyModuleStatus): number | null;
}

const GAUGES: Gauge[] = [
  {
    name: "api_key.cache.keys",
    description: "Keys in the cache",
    unit: "{key}",
    read: ({ memory }) => memory.keys,
  },
  {
    name: "api_key.cache.hits",
    description: "Answers from the cache",
    unit: "{answer}",
    isCounter: true,
    read: ({ memory }) => memory.hits,
  },
  {
    name: "api_key.lease.held",
    description: "Whether the lease is held, under which the cache answers (option maxStaleness)",
    unit: "1",
    read: ({ lease }) => lease && Number(lease.held),
  },
  {
    name: "api_key.lease.age",
    description: "Age of the newest proof that no change was missed",
    unit: "s",
    read: ({ lease }) => (lease?.ageMs == null ? null : lease.ageMs / 1_000),
  },
  {
    name: "api_key.hashing.running",
    description: "Tokens that are being hashed",
    unit: "{token}",
    read: ({ hashing }) => hashing.running,
  },
  {
    name: "api_key.hashing.queue.length",
    description: "Tokens that wait to be hashed",
    unit: "{token}",
    read: ({ hashing }) => hashing.waiting,
  },
  {
    name: "api_key.hashing.queue.limit",
    description: "Tokens that may wait to be hashed (option hashQueueLimit)",
    unit: "{token}",
    read: ({ hashing }) => hashing.queueLimit,
  },
];

/** Observes the status of a service at each collection, and returns the function that stops that. */
export function observeStatus(service: WeakRef<ApiKeyModuleService>, meter: ApiKeyMeter): () => void {
  const gauges = GAUGES.map(({ name, isCounter, read, ...settings }) => ({
    read,
    observable: isCounter ? meter.createObservableCounter(name, settings) : meter.createObservableGauge(name, settings),
  }));
  const observables = gauges.map(({ observable }) => observable);
  const observe: ObserveAll = async (result) => {
    const status = await service.deref()?.status();
    for (const { observable, read } of status === undefined ? [] : gauges) {
      const value = read(status as ApiKeyModuleStatus);
      if (value !== null) {
        result.observe(observable, value);
      }
    }
  };
  meter.addBatchObservableCallback(observe, observables);
  return () => meter.removeBatchObservableCallback(observe, observables);
}
