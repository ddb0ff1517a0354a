import { existsSync, readFileSync } from "node:fs";
import type { ApiKeyModuleOptions } from "../options";
import { ApiKeyModuleService } from "../service";
import { CommandError, EXIT, usageError } from "./exit";

/** The options that every command has. */
export interface ConnectionOptions {
  databaseUrl?: string;
  schema?: string;
  options?: string;
  hashing?: ApiKeyModuleOptions["hashing"];
  timeout?: number;
  json?: boolean;
}

/** The command that creates and updates the table, as messages name it. */
export const MIGRATE = "npx medusa-api-key-native migrate";

/** The settings of the service of a command: from the command line, the file of `--options`, and `DATABASE_URL`. */
export function settingsOf(given: ConnectionOptions, env: NodeJS.ProcessEnv): ApiKeyModuleOptions {
  const file = given.options === undefined ? {} : optionsIn(given.options);
  const databaseUrl = given.databaseUrl ?? file.databaseUrl ?? env.DATABASE_URL;
  if (databaseUrl !== undefined && typeof databaseUrl !== "string") {
    throw usageError("--options: databaseUrl must be a string");
  }
  if (!databaseUrl) {
    throw usageError(
      "no database: set DATABASE_URL or give --database-url, for example postgres://user@host:5432/name or sqlite:api-keys.db",
    );
  }
  if (fileOf(databaseUrl) === ":memory:") {
    throw usageError("sqlite::memory: is a database of one process; name a file, for example sqlite:api-keys.db");
  }
  const settings: ApiKeyModuleOptions = {
    ...file,
    databaseUrl,
    // A command must not change the table unless it is told to, keeps no cache, and is not a use of a key.
    migrate: false,
    maxStaleness: false,
    rehash: false,
    lastUsedInterval: false,
  };
  if (given.schema !== undefined) settings.schema = given.schema;
  if (given.hashing !== undefined) settings.hashing = given.hashing;
  if (given.timeout !== undefined) settings.callTimeout = Math.round(given.timeout * 1_000);
  return settings;
}

/** Opens a service for the time of `use`. */
export async function withService<T>(
  settings: ApiKeyModuleOptions,
  use: (service: ApiKeyModuleService) => Promise<T>,
): Promise<T> {
  const service = new ApiKeyModuleService(settings);
  try {
    return await use(service);
  } finally {
    await service.close();
  }
}

/** Rejects an SQLite file that does not exist: opening it would create it. */
export function rejectMissingFile({ databaseUrl = "" }: ApiKeyModuleOptions): void {
  const file = fileOf(databaseUrl);
  if (file !== null && !existsSync(file)) {
    throw new CommandError(EXIT.failure, `the SQLite file ${file} does not exist; to create it: ${MIGRATE}`);
  }
}

/** Returns the path of an SQLite database; null for another database. */
export function fileOf(databaseUrl: string): string | null {
  if (!databaseUrl.startsWith("sqlite:")) {
    return null;
  }
  return databaseUrl.replace(/^(?:sqlite:)+/, "").replace(/^\/\//, "");
}

function optionsIn(file: string): ApiKeyModuleOptions {
  let options: unknown;
  try {
    options = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    // SECURITY: the message of a syntax error quotes the file, which may hold secrets.
    const reason = error instanceof SyntaxError ? "it is not JSON" : (error as NodeJS.ErrnoException).code;
    throw usageError(`--options: the file cannot be read: ${reason}`);
  }
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw usageError("--options: the file must hold a JSON object with options of ApiKeyModuleService");
  }
  return options;
}
