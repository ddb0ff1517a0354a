// The container that Medusa gives its routes, with only the service that this server needs.

const { asFunction } = require("@medusajs/framework/awilix");
const { createMedusaContainer, ModuleRegistrationName } = require("@medusajs/framework/utils");
const { ApiKeyModuleService } = require("medusa-api-key-native");

/**
 * @param {string} [databaseUrl] `sqlite:…` or `postgres://…`; default `sqlite:api-keys.db`.
 * @returns a container; `await container.dispose()` closes the service.
 */
function createContainer(databaseUrl = "sqlite:api-keys.db") {
  const container = createMedusaContainer();
  container.register(
    ModuleRegistrationName.API_KEY,
    asFunction(() => new ApiKeyModuleService({ databaseUrl }))
      .singleton()
      .disposer((service) => service.close()),
  );
  return container;
}

module.exports = { createContainer };
