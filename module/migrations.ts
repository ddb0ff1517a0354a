import { medusaSettings } from "./connection";
import { Native } from "./native";
import type { ApiKeyModuleOptions } from "./options";

/** How Medusa calls a module's migrations. */
export interface MigrationCall {
  /** The module's options, to which Medusa adds its own connection. */
  options?: ApiKeyModuleOptions | null;
  /** The logger for progress. Default: `console`. */
  logger?: MigrationLogger;
  /** Medusa's container. */
  container?: {
    /** What is registered in the container, by name. */
    cradle?: object;
  };
}

/** The part of Medusa's logger that is used here. */
export interface MigrationLogger {
  /** Logs progress. */
  info(message: string): void;
}

/** An applied migration step, as Medusa records it. */
export interface TakenStep {
  /** Its name. */
  name: string;
  /** The file that applied it. */
  path: string;
}

// Medusa looks for a folder of MikroORM migrations if either function is missing.
// See docs/adr/0011

export async function runMigrations(call: MigrationCall): Promise<TakenStep[]> {
  const applied = await onDatabase(call, (native) => native.migrate());
  logSteps(call, "✔ Migrated", applied, "Skipped. Database is up-to-date for module.");
  return applied.map((name) => ({ name, path: __filename }));
}

export async function revertMigration(call: MigrationCall & { migrationNames?: string[] }): Promise<void> {
  const reverted = await onDatabase(call, (native) => native.rollBack(call.migrationNames));
  logSteps(call, "✔ Reverted", reverted, "Skipped. Nothing to revert");
}

async function onDatabase<T>({ options, container }: MigrationCall, use: (native: Native) => Promise<T>): Promise<T> {
  // The first use must not migrate: a rollback would then revert only that migration.
  const settings = { ...medusaSettings(Object(container?.cradle), options), migrate: false };
  const native = new Native(settings, () => undefined);
  try {
    return await use(native);
  } finally {
    await native.close();
  }
}

function logSteps({ logger = console }: MigrationCall, done: string, names: string[], nothing: string): void {
  logger.info("");
  logger.info("MODULE: api_key (medusa-api-key-native)");
  for (const name of names) logger.info(`  ${done} ${name}`);
  logger.info(names.length > 0 ? "Completed successfully" : nothing);
}
