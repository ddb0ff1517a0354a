// This package, standalone.

import { setTimeout as wait } from "node:timers/promises";
import { ApiKeyModuleService } from "../../index.js";

/** The bound of the leased cache that is measured. */
export const MAX_STALENESS_MS = 1_000;
// Twice the bound: by then a lease that can be had is there.
const PATIENCE_MS = 2 * MAX_STALENESS_MS;

/** A service on the database at `url` whose table is up to date. */
export async function openOurs(url, options = {}) {
  const service = new ApiKeyModuleService({ databaseUrl: url, ...options });
  await service.migrate();
  return service;
}

/** The same with answers from memory under a lease, or `null` where this build does not know the option. */
export async function openLeased(url) {
  try {
    const service = await openOurs(url, { maxStaleness: MAX_STALENESS_MS });
    // The first call starts what the lease needs.
    await service.authenticate("sk_nobody");
    await wait(PATIENCE_MS);
    return service;
  } catch (error) {
    if (error.type === "invalid_argument" && error.message.includes("maxStaleness")) return null;
    throw error;
  }
}
