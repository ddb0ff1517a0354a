// Medusa's own API Key Module, the incumbent whose behaviour is the specification. It needs `node --experimental-vm-modules`, as
// Medusa's loader imports modules dynamically.

import type { Service } from "./service";

export interface Running<Kind extends Service> {
  service: Kind;
  /** What the event bus was given, one entry a call of `emit`. */
  emitted: { messages: object[]; options: object }[];
  stop(): Promise<void>;
}

/** Migrates the PostgreSQL database at `url` with stock's migrations and boots stock's module on it, with knex's settings for a pool. */
export async function startStock(
  url: string,
  pool: Record<string, unknown> = { min: 0, max: 8 },
): Promise<Running<Service>> {
  // Loaded late: it takes a second, and only suites that ask for stock need it.
  const { MedusaModule } = await import("@medusajs/modules-sdk");
  const { createPgConnection, isSharedConnectionSymbol } = (await import("@medusajs/utils")).ModulesSdkUtils;
  const modulePath = require.resolve("@medusajs/api-key");
  const connection = createPgConnection({ clientUrl: url, pool });
  const emitted: Running<Service>["emitted"] = [];
  const injectedDependencies = {
    __pg_connection__: connection,
    event_bus: {
      emit: async (messages: object[], options: object) => void emitted.push({ messages: [...messages], options }),
    },
    logger: { ...console, info: () => undefined },
  };
  const options = { database: { clientUrl: url }, [isSharedConnectionSymbol]: true };
  const container = { resolve: () => injectedDependencies.logger };
  await MedusaModule.migrateUp({
    moduleKey: "api_key",
    modulePath,
    options: { database: { clientUrl: url } },
    container: container as never,
  });
  const { api_key: service } = await MedusaModule.bootstrap<Service>({
    moduleKey: "api_key",
    defaultPath: modulePath,
    declaration: { scope: "internal", resolve: modulePath, options, dependencies: ["event_bus"] } as never,
    injectedDependencies,
  });
  if (!service) throw new Error("Medusa did not start its API Key Module.");
  return {
    service,
    emitted,
    stop: async () => {
      await MedusaModule.onApplicationPrepareShutdown();
      await MedusaModule.onApplicationShutdown();
      MedusaModule.clearInstances();
      await connection.destroy();
    },
  };
}
