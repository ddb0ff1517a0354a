// What `medusa db:migrate` and `medusa db:rollback` do with a shop's API key module, on the database of a test.

import { createMedusaContainer, ModulesSdkUtils } from "@medusajs/utils";

/** Which package the shop's configuration names. */
export type Package = "stock" | "ours";

const PATHS: Record<Package, () => string> = {
  stock: () => require.resolve("@medusajs/api-key"),
  ours: () => require.resolve("../../index.js"),
};

/** A shop's configuration as far as migrations read it. */
export interface Configuration {
  url: string;
  /** `projectConfig.databaseSchema`. */
  schema?: string;
  /** The module's own options. */
  options?: object;
  /** `db:migrate --all-or-nothing`. */
  allOrNothing?: boolean;
  /** Further modules by their keys. */
  modules?: object;
}

/** Runs the migrations of a shop with that package, and answers what they told the logger. */
export async function migrate(name: Package, configuration: Configuration): Promise<string[]> {
  const { MedusaAppMigrateUp } = await import("@medusajs/modules-sdk");
  return within(name, configuration, (app) => MedusaAppMigrateUp(app));
}

/** Rolls the migrations of a shop with that package back, and answers what that told the logger. */
export async function rollBack(name: Package, configuration: Configuration): Promise<string[]> {
  const { MedusaAppMigrateDown } = await import("@medusajs/modules-sdk");
  return within(name, configuration, (app) => MedusaAppMigrateDown(["api_key"], app));
}

async function within(
  name: Package,
  { url, schema, options, allOrNothing, modules }: Configuration,
  run: (app: never) => Promise<unknown>,
): Promise<string[]> {
  const told: string[] = [];
  const tell = (message: unknown) => void told.push(String(message));
  const logger = { ...console, info: tell, error: tell };
  // Every process has one of its own; what an earlier call registered must not answer for this one.
  const { MedusaModule } = await import("@medusajs/modules-sdk");
  MedusaModule.clearInstances();
  const connection = ModulesSdkUtils.createPgConnection({ clientUrl: url, schema, pool: { min: 0, max: 2 } });
  const sharedContainer = createMedusaContainer();
  sharedContainer.register({ logger: { resolve: () => logger }, __pg_connection__: { resolve: () => connection } });
  const warn = jest.spyOn(console, "warn").mockImplementation();
  try {
    await run({
      modulesConfig: {
        api_key: { resolve: PATHS[name](), ...(options ? { options } : {}) },
        ...modules,
      },
      sharedContainer,
      linkModules: [],
      sharedResourcesConfig: { database: { clientUrl: url, schema, driverOptions: {}, pool: {}, debug: false } },
      injectedDependencies: { __pg_connection__: connection, logger },
      allOrNothing,
    } as never);
    return told;
  } finally {
    warn.mockRestore();
    await connection.destroy();
  }
}
