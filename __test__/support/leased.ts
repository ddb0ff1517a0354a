// A service that answers from memory: under a lease on PostgreSQL, by the word of the database on SQLite.

import { ApiKeyModuleService, type ApiKeyModuleStatus } from "../../index.js";
import type { ApiKey, OurService } from "./service";
import { until } from "./until";

/** Long enough for a busy machine to keep the lease, short enough to wait for. */
export const MAX_STALENESS_MS = 500;

/** Opens a service with `maxStaleness` and waits for its first lease, where there is one. */
export async function openLeased(url: string, options: object = {}, cradle: object = {}): Promise<OurService> {
  const service = new ApiKeyModuleService(
    cradle,
    { databaseUrl: url, migrate: true, maxStaleness: MAX_STALENESS_MS, ...options },
    {},
  ) as unknown as OurService;
  await service.listApiKeys({}, { take: 1 });
  await untilHeld(service);
  return service;
}

/** Waits until answers may come from memory. */
export const untilHeld = (service: OurService): Promise<ApiKeyModuleStatus> =>
  until(
    () => service.status(),
    ({ lease }) => lease === null || lease.held,
  );

/** Waits until they may not, and answers why. */
export async function untilLost(service: OurService): Promise<string | null | undefined> {
  const { lease } = await until(
    () => service.status(),
    ({ lease }) => lease?.held === false,
  );
  return lease?.reason;
}

/** What `call` answers from memory: calls until memory has answered. */
export async function warm<T>(service: OurService, call: () => Promise<T>): Promise<T> {
  for (;;) {
    const before = await service.status();
    const answer = await call();
    const after = await service.status();
    if (after.memory.hits > before.memory.hits) return answer;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** The read of a shop's every request: a publishable key by its token, as Medusa asks for it. */
export const lookUp = (service: OurService, token: string): Promise<ApiKey[]> =>
  service.listApiKeys(
    { token, type: "publishable" },
    { select: ["id", "token", "revoked_at"], relations: [], args: {} },
  );

/** The same read, put so that only the query engine can answer it. */
export const lookUpPlainly = (service: OurService, token: string): Promise<ApiKey[]> =>
  service.listApiKeys({ token, type: "publishable", $and: [] }, { select: ["id", "token", "revoked_at"] });
