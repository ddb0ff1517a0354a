// Medusa's own API Key Module, `@medusajs/api-key`, as Medusa's loader boots it.

import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
// The module publishes an event for each write; here nobody listens.
const EVENT_BUS = { emit: async () => undefined };
const LOGGER = { ...console, info: () => undefined };

/** Migrates the PostgreSQL database at `url` with stock's migrations and starts stock on it: `{ service, stop }`. */
export async function startStock(url) {
  // Loaded late: it takes seconds, and not every scenario needs it.
  const { MedusaModule } = require("@medusajs/modules-sdk");
  const { createPgConnection, isSharedConnectionSymbol } = require("@medusajs/utils").ModulesSdkUtils;
  const modulePath = require.resolve("@medusajs/api-key");
  const connection = createPgConnection({ clientUrl: url, pool: { min: 0, max: 10 } });
  const database = { clientUrl: url };
  const container = { resolve: () => LOGGER };
  await MedusaModule.migrateUp({ moduleKey: "api_key", modulePath, options: { database }, container });
  const { api_key: service } = await MedusaModule.bootstrap({
    moduleKey: "api_key",
    defaultPath: modulePath,
    declaration: {
      scope: "internal",
      resolve: modulePath,
      options: { database, [isSharedConnectionSymbol]: true },
      dependencies: ["event_bus"],
    },
    injectedDependencies: { __pg_connection__: connection, event_bus: EVENT_BUS, logger: LOGGER },
  });
  return {
    service,
    stop: async () => {
      await MedusaModule.onApplicationPrepareShutdown();
      await MedusaModule.onApplicationShutdown();
      MedusaModule.clearInstances();
      await connection.destroy();
    },
  };
}
