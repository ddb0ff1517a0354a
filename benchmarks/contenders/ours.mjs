// This package, standalone.

import { setTimeout as wait } from "node:timers/promises";
import { ApiKeyModuleService } from "../../index.js";

/** The staleness bound of the leased contender. */
export const MAX_STALENESS_MS = 1_000;
const TIMEOUT_MS = 10 * MAX_STALENESS_MS;

/** Constructs a service on the database at `url`; it connects at its first call. */
export function constructOurs(url, options = {}) {
  return new ApiKeyModuleService({ databaseUrl: url, ...options });
}

/** Opens a service on the database at `url` and migrates its table. */
export async function openOurs(url, options = {}) {
  const service = constructOurs(url, options);
  await service.migrate();
  return service;
}

/** Opens a service that caches under a lease, once it holds the lease. Resolves to `null` if this build lacks the option. */
export async function openLeased(url, options = {}) {
  const service = await openOurs(url, { ...options, maxStaleness: MAX_STALENESS_MS }).catch(nullIfUnknown);
  // The first call starts the listener that the lease needs.
  await service?.authenticate("sk_nobody");
  if (service !== null) await waitForLease(service);
  return service;
}

// Waits for the lease: without it, the figures would be those of the strict service under a wrong name.
async function waitForLease(service) {
  const deadline = performance.now() + TIMEOUT_MS;
  for (;;) {
    const { lease } = await service.status();
    if (lease?.held) return;
    if (performance.now() > deadline) throw new Error(`No lease after ${TIMEOUT_MS} ms: ${lease?.reason}.`);
    await wait(MAX_STALENESS_MS / 10);
  }
}

function nullIfUnknown(error) {
  if (error.type === "invalid_argument" && error.message.includes("maxStaleness")) return null;
  throw error;
}
