// This package, standalone and with what Medusa would hand to it.

import { ApiKeyModuleService } from "../../index.js";
import type { OurService } from "./service";
import type { Running } from "./stock";

/** A service on the database at `url`, without Medusa. */
export function openService(url: string, options: object = {}): OurService {
  return new ApiKeyModuleService({ databaseUrl: url, ...options }) as unknown as OurService;
}

/**
 * Migrates the database at `url` and starts a service on it, with an event bus. As in stock, a success writes nothing, unless
 * the options say otherwise: that `last_used_at` is maintained is a deviation of its own (M3).
 */
export async function startOurs(url: string, options: object = {}): Promise<Running<OurService>> {
  const emitted: Running<OurService>["emitted"] = [];
  const cradle = {
    event_bus: {
      emit: async (messages: object[], settings: object) =>
        void emitted.push({ messages: [...messages], options: settings }),
    },
    logger: console,
  };
  const service = new ApiKeyModuleService(
    cradle,
    { databaseUrl: url, migrate: true, lastUsedInterval: false, ...options },
    {},
  ) as unknown as OurService;
  await service.migrate();
  return { service, emitted, stop: () => service.close() };
}
