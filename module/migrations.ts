import { medusaSettings } from "./connection";
import { Native } from "./native";
import type { ApiKeyModuleOptions } from "./options";

/** How Medusa calls a module's migrations. */
export interface MigrationCall {
  /** The module's options, to which Medusa adds its own connection. */
  options?: ApiKeyModuleOptions | null;
  /** Where progress is told. Default: `console`. */
  logger?: MigrationLogger;
  /** Medusa's container. */
  container?: { cradle?: object };
}

/** The part of Medusa's logger that is used here. */
export interface MigrationLogger {
  /** Tells of progress. */
  info(message: string): void;
}

/** A step of the migration that was taken, as Medusa remembers it. */
export interface TakenStep {
  /** Its name. */
  name: string;
  /** The file that took it. */
  path: string;
}

// Medusa would look for a folder of MikroORM's migrations if only one of the two functions were there.
// See docs/adr/0011

export async function runMigrations(call: MigrationCall): Promise<TakenStep[]> {
  const taken = await onDatabase(call, (native) => native.migrate());
  tell(call, "✔ Migrated", taken, "Skipped. Database is up-to-date for module.");
  return taken.map((name) => ({ name, path: __filename }));
}

export async function revertMigration(call: MigrationCall & { migrationNames?: string[] }): Promise<void> {
  const reverted = await onDatabase(call, (native) => native.rollBack(call.migrationNames));
  tell(call, "✔ Reverted", reverted, "Skipped. Nothing to revert");
}

async function onDatabase<T>({ options, container }: MigrationCall, use: (native: Native) => Promise<T>): Promise<T> {
  // First use must not migrate: a rollback would undo nothing but that.
  const settings = { ...medusaSettings(Object(container?.cradle), options), migrate: false };
  const native = new Native(settings, () => undefined);
  try {
    return await use(native);
  } finally {
    await native.close();
  }
}

function tell({ logger = console }: MigrationCall, done: string, names: string[], nothing: string): void {
  logger.info("");
  logger.info("MODULE: api_key (medusa-api-key-native)");
  for (const name of names) logger.info(`  ${done} ${name}`);
  logger.info(names.length > 0 ? "Completed successfully" : nothing);
}
