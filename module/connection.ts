import { ApiKeyError } from "./errors";
import type { ApiKeyModuleOptions, PoolOptions, TlsOptions } from "./options";

/** What Medusa hands to a module's constructor, as far as it is read here. */
export type Cradle = object;

/** The options of a module in `medusa-config`, to which Medusa adds how it connects itself. */
export interface MedusaOptions extends ApiKeyModuleOptions {
  /** Medusa's own connection; the options beside it come first. */
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

const OPTION_NAMES = [
  "databaseUrl",
  "schema",
  "ssl",
  "pool",
  "callTimeout",
  "pooler",
  "replica",
  "migrate",
  "maxStaleness",
  "hashing",
  "rehash",
  "argon2",
  "hashConcurrency",
  "hashQueueLimit",
  "lastUsedInterval",
] as const satisfies readonly (keyof ApiKeyModuleOptions)[];

/** Where Medusa keeps its tables unless it is told otherwise, whatever the role's search path. */
const MEDUSAS_SCHEMA = "public";

/** Medusa's mark on the options of a module that has no `database` of its own. */
const SHARED = Symbol.for("isSharedConnection");

/** The settings of a service outside Medusa. Whether they make sense is judged in Rust. */
export function standaloneSettings(options: unknown = {}): unknown {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    return options;
  }
  if ("databaseUrl" in options && options.databaseUrl === undefined) {
    // A missing environment variable must not mean an empty database in the working directory.
    throw new ApiKeyError(
      "invalid_argument",
      "databaseUrl: is given but undefined; set it, or leave the option out for sqlite:api-keys.db in the working directory",
    );
  }
  return { databaseUrl: "sqlite:api-keys.db", ...defined(options) };
}

/**
 * The settings of a service in Medusa: the module's own options, and for the rest Medusa's connection. There the table is
 * `medusa db:migrate`'s.
 */
export function medusaSettings(cradle: Cradle, options: MedusaOptions | null | undefined): object {
  const own = defined(pick(options ?? {}, OPTION_NAMES));
  // A database of its own shares neither certificates nor schema with Medusa's.
  const inherited = "databaseUrl" in own ? {} : medusaConnection(cradle, options);
  return { migrate: false, ...inherited, ...own, inMedusa: true };
}

/** What is registered under a name; Medusa's container throws when asked for what it lacks. */
export function fromCradle<T>(cradle: Cradle, name: string): T | undefined {
  return Object.hasOwn(cradle, name) ? (cradle as Record<string, T>)[name] : undefined;
}

/** The first source that knows a setting decides it. */
function medusaConnection(cradle: Cradle, options: MedusaOptions | null | undefined): object {
  const database = options?.database;
  const pg = fromCradle<PgConnection>(cradle, "__pg_connection__")?.client?.config;
  const shared = typeof pg?.connection === "string" ? { connectionString: pg.connection } : pg?.connection;
  const searchPath = (typeof pg?.searchPath === "string" && pg.searchPath) || undefined;
  const project = fromCradle<ConfigModule>(cradle, "configModule")?.projectConfig;
  const sources = [
    // Modules that share the connection work in its schema, whatever DATABASE_SCHEMA put beside it.
    { schema: sharesConnection(options) ? searchPath : undefined },
    {
      databaseUrl: database?.clientUrl,
      // Medusa means the default schema by an empty name.
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

/** Whether Medusa marked `database` as its own connection, and the module did not bring one. */
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
  const given = pick(ssl as Record<keyof TlsOptions, unknown>, ["rejectUnauthorized", "ca", "cert", "key"]);
  // Node's TLS takes certificates as buffers too.
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
