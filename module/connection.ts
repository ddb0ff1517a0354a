import { ApiKeyError } from "./errors";
import { withTextSecrets } from "./hash-keys";
import { type ApiKeyModuleOptions, OPTION_NAMES, type PoolOptions, TLS_OPTION_NAMES, type TlsOptions } from "./options";

/** The container that Medusa passes to a module's constructor. */
export type Cradle = object;

/** The module's options in `medusa-config`, to which Medusa adds its own connection. */
export interface MedusaOptions extends ApiKeyModuleOptions {
  /** Medusa's own connection; the other options take precedence. */
  database?: {
    clientUrl?: string;
    schema?: string;
    driverOptions?: DriverOptions;
    pool?: MedusaPool;
  };
}

interface DriverOptions {
  ssl?: unknown;
  connection?: { ssl?: unknown };
}

interface MedusaPool {
  min?: number;
  max?: number;
  acquireTimeoutMillis?: number;
  idleTimeoutMillis?: number;
}

interface PgConnection {
  client?: {
    config?: {
      connection?: string | { connectionString?: string; ssl?: unknown };
      searchPath?: unknown;
      pool?: MedusaPool;
    };
  };
}

interface ConfigModule {
  projectConfig?: { databaseUrl?: string; databaseSchema?: string; databaseDriverOptions?: DriverOptions };
}

/** Medusa's default schema, regardless of the role's search path. */
const MEDUSAS_SCHEMA = "public";

/** Medusa's mark on the options of a module without its own `database`. */
const SHARED = Symbol.for("isSharedConnection");

/** The settings of a service outside Medusa. Rust validates them. */
export function standaloneSettings(options: unknown = {}): unknown {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    return options;
  }
  if ("databaseUrl" in options && options.databaseUrl === undefined) {
    // A missing environment variable must not mean an empty database in the working directory.
    throw new ApiKeyError(
      "invalid_argument",
      "databaseUrl: is undefined; set it, or leave the option out for sqlite:api-keys.db in the working directory",
    );
  }
  return { databaseUrl: "sqlite:api-keys.db", ...withTextSecrets(defined(options)) };
}

/**
 * The settings of a service in Medusa: the module's own options, completed by Medusa's connection. `migrate` is off by
 * default because `medusa db:migrate` creates the table.
 */
export function medusaSettings(cradle: Cradle, options: MedusaOptions | null | undefined): object {
  const own = withTextSecrets(defined(pick(options ?? {}, OPTION_NAMES)));
  // Another database than Medusa's inherits neither certificates nor schema.
  const inherited = Object.hasOwn(own, "databaseUrl") ? {} : medusaConnection(cradle, options);
  return { migrate: false, ...inherited, ...own, inMedusa: true };
}

/** The value registered under a name, if any; Medusa's container throws for a missing one. */
export function fromCradle<T>(cradle: Cradle, name: string): T | undefined {
  return Object.hasOwn(cradle, name) ? (cradle as Record<string, T>)[name] : undefined;
}

/** Medusa's connection. The first source that defines a setting takes precedence. */
function medusaConnection(cradle: Cradle, options: MedusaOptions | null | undefined): object {
  const database = options?.database;
  const pg = fromCradle<PgConnection>(cradle, "__pg_connection__")?.client?.config;
  const shared = typeof pg?.connection === "string" ? { connectionString: pg.connection } : pg?.connection;
  const searchPath = (typeof pg?.searchPath === "string" && pg.searchPath) || undefined;
  const project = fromCradle<ConfigModule>(cradle, "configModule")?.projectConfig;
  const sources = [
    // Modules that share the connection use its schema, even if DATABASE_SCHEMA sets another one.
    { schema: sharesConnection(options) ? searchPath : undefined },
    {
      databaseUrl: database?.clientUrl,
      // In Medusa an empty name means the default schema.
      schema: database?.schema || undefined,
      ssl: driverTls(database?.driverOptions),
      pool: poolOptions(database?.pool),
    },
    {
      databaseUrl: shared?.connectionString,
      schema: searchPath,
      ssl: tlsOptions(shared?.ssl),
      pool: poolOptions(pg?.pool),
    },
    {
      databaseUrl: project?.databaseUrl,
      schema: project?.databaseSchema || undefined,
      ssl: driverTls(project?.databaseDriverOptions),
    },
    { schema: MEDUSAS_SCHEMA },
  ];
  return Object.assign({}, ...sources.reverse().map(defined));
}

/** Whether the module uses Medusa's connection: it has no `database`, or Medusa marked it as shared. */
function sharesConnection(options: MedusaOptions | null | undefined): boolean {
  return options?.database === undefined || Object(options)[SHARED] === true;
}

function driverTls(driver: DriverOptions | undefined): boolean | TlsOptions | undefined {
  return tlsOptions(driver?.connection?.ssl ?? driver?.ssl);
}

function tlsOptions(ssl: unknown): boolean | TlsOptions | undefined {
  if (typeof ssl !== "object" || ssl === null) {
    return typeof ssl === "boolean" ? ssl : undefined;
  }
  const given = pick(ssl as Record<keyof TlsOptions, unknown>, TLS_OPTION_NAMES);
  // Node.js accepts certificates as buffers, too.
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, Buffer.isBuffer(value) ? value.toString() : value]),
  );
}

function poolOptions(pool: MedusaPool | undefined): PoolOptions | undefined {
  return (
    pool && {
      min: pool.min,
      max: pool.max,
      acquireTimeoutMs: pool.acquireTimeoutMillis,
      idleTimeoutMs: pool.idleTimeoutMillis,
    }
  );
}

function pick<T extends object, K extends keyof T>(source: T, names: readonly K[]): Partial<Pick<T, K>> {
  const picked: Partial<Pick<T, K>> = {};
  for (const name of names) {
    picked[name] = source[name];
  }
  return picked;
}

function defined(source: object): object {
  return Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined));
}
