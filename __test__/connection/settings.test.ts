import { createMedusaContainer, ModulesSdkUtils } from "@medusajs/utils";
import { fromCradle, medusaSettings, standaloneSettings } from "../../module/connection";

const PG = "postgres://user@host/from-the-shared-connection";

/** What every service in Medusa is told: the table is `medusa db:migrate`'s. */
const IN_MEDUSA = { inMedusa: true, migrate: false };

function cradleWith(registrations: Record<string, unknown>): object {
  const container = createMedusaContainer();
  for (const [name, value] of Object.entries(registrations)) {
    container.register(name, { resolve: () => value });
  }
  return container.cradle;
}

function sharedConnection(connection: unknown): object {
  return { client: { config: { connection, searchPath: "shop", pool: { min: 1, max: 3 } } } };
}

describe("the settings of a standalone service", () => {
  it("default to SQLite in the working directory", () => {
    const defaults = { databaseUrl: "sqlite:api-keys.db" };
    expect(standaloneSettings()).toEqual(defaults);
    expect(standaloneSettings({ migrate: undefined })).toEqual(defaults);
    expect(standaloneSettings({ databaseUrl: "sqlite::memory:", migrate: false })).toEqual({
      databaseUrl: "sqlite::memory:",
      migrate: false,
    });
  });

  it("are rejected when databaseUrl is given but undefined, as with a missing environment variable", () => {
    for (const options of [{ databaseUrl: undefined }, { databaseUrl: undefined, migrate: false }]) {
      expect(() => standaloneSettings(options)).toThrow(/^databaseUrl: is undefined; set it/);
    }
  });

  it("pass all other members on for validation in Rust", () => {
    expect(standaloneSettings({ databaseUrl: "", databaseURL: "typo" })).toMatchObject({
      databaseUrl: "",
      databaseURL: "typo",
    });
    expect(standaloneSettings("sqlite::memory:")).toBe("sqlite::memory:");
    expect(standaloneSettings(null)).toBeNull();
  });
});

describe("the settings of the module in Medusa", () => {
  it("use the connection that Medusa passes (D5)", () => {
    const database = {
      clientUrl: "postgres://host/medusa",
      schema: "",
      driverOptions: { connection: { ssl: { rejectUnauthorized: false, ca: Buffer.from("PEM"), servername: "x" } } },
      pool: { min: 2, max: 5, idleTimeoutMillis: 100, acquireTimeoutMillis: 200, reapIntervalMillis: 1 },
    };
    expect(medusaSettings(cradleWith({}), { database })).toEqual({
      ...IN_MEDUSA,
      databaseUrl: "postgres://host/medusa",
      schema: "public",
      ssl: { rejectUnauthorized: false, ca: "PEM" },
      pool: { min: 2, max: 5, idleTimeoutMs: 100, acquireTimeoutMs: 200 },
    });
  });

  it("fall back to the shared connection and then to the project's config", () => {
    const configModule = { projectConfig: { databaseUrl: "postgres://host/from-the-config" } };
    const everything = { __pg_connection__: sharedConnection({ connectionString: PG, ssl: false }), configModule };
    expect(medusaSettings(cradleWith(everything), undefined)).toMatchObject({
      databaseUrl: PG,
      schema: "shop",
      ssl: false,
      pool: { min: 1, max: 3 },
    });
    expect(medusaSettings(cradleWith({ __pg_connection__: sharedConnection(PG) }), {})).toMatchObject({
      databaseUrl: PG,
    });
    expect(medusaSettings(cradleWith({ configModule }), {})).toEqual({
      ...IN_MEDUSA,
      databaseUrl: "postgres://host/from-the-config",
      schema: "public",
    });
  });

  it("prefer the module's own options and ignore members that Medusa adds", () => {
    const options = {
      database: { clientUrl: PG },
      schema: "own",
      hashing: "scrypt",
      migrate: true,
      providers: [],
    } as const;
    expect(medusaSettings(cradleWith({}), options)).toEqual({
      ...IN_MEDUSA,
      databaseUrl: PG,
      schema: "own",
      hashing: "scrypt",
      migrate: true,
    });
  });

  it("use the schema of the shared connection even if DATABASE_SCHEMA names another (D5)", () => {
    const cradle = cradleWith({ __pg_connection__: sharedConnection({ connectionString: PG }) });
    const database = { clientUrl: PG, schema: "from-the-environment" };

    const marked = { database, [ModulesSdkUtils.isSharedConnectionSymbol]: true };
    expect(medusaSettings(cradle, marked)).toMatchObject({ schema: "shop" });
    expect(medusaSettings(cradle, { database })).toMatchObject({ schema: "from-the-environment" });
    expect(medusaSettings(cradleWith({}), marked)).toMatchObject({ schema: "from-the-environment" });
  });

  it("take nothing from Medusa's connection when the module has its own database", () => {
    const options = {
      databaseUrl: "sqlite:keys.db",
      database: { clientUrl: PG, schema: "shop", pool: { max: 1 }, driverOptions: { connection: { ssl: true } } },
    };
    expect(medusaSettings(cradleWith({ __pg_connection__: sharedConnection(PG) }), options)).toEqual({
      ...IN_MEDUSA,
      databaseUrl: "sqlite:keys.db",
    });
  });
});

describe("Medusa's container", () => {
  it("is asked only for registered names because it throws for others", () => {
    const cradle = cradleWith({ logger: "the logger" });
    expect(() => (cradle as { event_bus: unknown }).event_bus).toThrow("event_bus");
    expect(fromCradle(cradle, "event_bus")).toBeUndefined();
    expect(fromCradle(cradle, "logger")).toBe("the logger");
  });
});
