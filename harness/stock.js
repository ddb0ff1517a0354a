// Starts Medusa's own API Key Module, `@medusajs/api-key`, through Medusa's loader. In Jest it needs `node --experimental-vm-modules`,
// because the loader imports modules dynamically.

/** @typedef {(messages: object[], options: object) => Promise<void>} Emit */

/**
 * Runs stock's migrations on the PostgreSQL database at `url` and starts stock on it. `pool` holds knex's settings; `emit` receives the
 * events that the module publishes.
 * @param {string} url
 * @param {{ pool?: Record<string, unknown>, emit?: Emit }} [options]
 * @returns {Promise<{ service: any, stop: () => Promise<void> }>}
 */
async function startStock(url, { pool = { min: 0, max: 10 }, emit = async () => undefined } = {}) {
  // Loaded late: it takes seconds, and few importers of this file call the function.
  const { MedusaModule } = require("@medusajs/modules-sdk");
  const { createPgConnection, isSharedConnectionSymbol } = require("@medusajs/utils").ModulesSdkUtils;
  const modulePath = require.resolve("@medusajs/api-key");
  const connection = createPgConnection({ clientUrl: url, pool });
  const logger = /** @type {any} */ ({ ...console, info: () => undefined });
  const database = { clientUrl: url };
  const container = /** @type {any} */ ({ resolve: () => logger });
  await MedusaModule.migrateUp({ moduleKey: "api_key", modulePath, options: { database }, container });
  const { api_key: service } = await MedusaModule.bootstrap({
    moduleKey: "api_key",
    defaultPath: modulePath,
    declaration: /** @type {any} */ ({
      scope: "internal",
      resolve: modulePath,
      options: { database, [isSharedConnectionSymbol]: true },
      dependencies: ["event_bus"],
    }),
    injectedDependencies: { __pg_connection__: connection, event_bus: { emit }, logger },
  });
  if (!service) throw new Error("Medusa did not start its API Key Module.");
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

module.exports = { startStock };
