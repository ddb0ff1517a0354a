// This package, standalone.

import { setTimeout as wait } from "node:timers/promises";
import { ApiKeyModuleService } from "../../index.js";

/** The bound of the leased cache that is measured. */
export const MAX_STALENESS_MS = 1_000;
const PATIENCE_MS = 10 * MAX_STALENESS_MS;

/** A service on the database at `url` whose table is up to date. */
export async function openOurs(url, options = {}) {
  const service = new ApiKeyModuleService({ databaseUrl: url, ...options });
  await service.migrate();
  return service;
}

/** The same with answers from memory under a lease that is held, or `null` where this build does not know the option. */
export async function openLeased(url) {
  const service = await openOurs(url, { maxStaleness: MAX_STALENESS_MS }).catch(nullIfUnknown);
  // The first call starts what the lease needs.
  await service?.authenticate("sk_nobody");
  if (service !== null) await leaseOf(service);
  return service;
}

// Without a lease the figures would be those of the strict service under a wrong name.
async function leaseOf(service) {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const { lease } = await service.status();
    if (lease?.held) return;
    if (performance.now() > deadline) throw new Error(`No lease after ${PATIENCE_MS} ms: ${lease?.reason}.`);
    await wait(MAX_STALENESS_MS / 10);
  }
}

function nullIfUnknown(error) {
  if (error.type === "invalid_argument" && error.message.includes("maxStaleness")) return null;
  throw error;
}
