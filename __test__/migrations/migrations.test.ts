// `medusa db:migrate` and `medusa db:rollback` with this package, with stock, and from one to the other.

import apiKeyModule from "../../index.js";
import { expectFailure } from "../support/failures";
import { openService } from "../support/ours";
import { createPostgresDatabase, type PostgresDatabase } from "../support/postgres";
import { PUBLISHABLE, SECRET } from "../support/service";
import { startStock } from "../support/stock";
import { migrate, rollBack } from "./medusa-migrations";

/** Stock's four migrations as MikroORM records them. */
const STOCKS = [
  "InitialSetup20240221144943",
  "Migration20240604080145",
  "Migration20241205122700",
  "Migration20251015123842",
];

describe("[postgres] db:migrate with this package", () => {
  let database: PostgresDatabase;

  beforeEach(async () => {
    database = await createPostgresDatabase();
  });
  afterEach(() => database?.drop());

  it("creates the table in an empty database, after which the module migrates nothing itself", async () => {
    const told = await migrate("ours", database);
    const service = inMedusa();
    const { id, token } = await service.createApiKeys(SECRET);

    expect(await service.authenticate(token)).toMatchObject({ id });
    expect(told).toEqual(expect.arrayContaining([expect.stringMatching(/api_key/), "Completed successfully"]));
    await service.close();
  });

  it("creates stock's columns, constraints and indexes exactly as stock's migrations do (D1)", async () => {
    const other = await createPostgresDatabase();
    await migrate("ours", database);
    await migrate("stock", other);

    const ours = await shape(database);
    const stocks = await shape(other);
    expect(stocks).toHaveLength(13 + 2 + 6);
    expect(ours).toEqual(expect.arrayContaining(stocks));
    await other.drop();
  });

  it("records each of stock's migrations once in MikroORM's table (D2)", async () => {
    const other = await createPostgresDatabase();
    await migrate("ours", database);
    await migrate("ours", database);
    await migrate("stock", other);

    expect(await recorded(database)).toEqual(STOCKS);
    expect(await recorded(other)).toEqual(STOCKS);
    const columns = `SELECT column_name, data_type, character_maximum_length, is_nullable, column_default
      FROM information_schema.columns WHERE table_name = 'mikro_orm_migrations' ORDER BY column_name`;
    expect(await database.query(columns)).toEqual(await other.query(columns));
    await other.drop();
  });

  it("reports on a second run that there is nothing to do", async () => {
    await migrate("ours", database);
    const before = await dump(database);

    expect(await migrate("ours", database)).toContain("Skipped. Database is up-to-date for module.");
    expect(await dump(database)).toEqual(before);
  });

  it("migrates a filled table of stock whose keys all keep working", async () => {
    const stock = await startStock(database.url);
    const secret = await stock.service.createApiKeys(SECRET);
    const revoked = await stock.service.createApiKeys(SECRET);
    await stock.service.revoke(revoked.id, { revoked_by: "user_1" });
    const publishable = await stock.service.createApiKeys(PUBLISHABLE);
    const before = await stock.service.listApiKeys();
    await stock.stop();
    const told = await migrate("ours", database);
    const service = inMedusa();

    expect(told).toContain("Completed successfully");
    expect(await service.listApiKeys()).toStrictEqual(before);
    expect(await service.authenticate(secret.token)).toMatchObject({ id: secret.id });
    expect(await service.authenticate(revoked.token)).toBe(false);
    expect(await service.listApiKeys({ token: publishable.token })).toMatchObject([{ id: publishable.id }]);
    expect(await recorded(database)).toEqual(STOCKS);
    await service.close();
  });

  it("upgrades a table of an older Medusa to stock's current shape", async () => {
    await migrate("stock", database);
    for (let step = 0; step < 3; step++) await rollBack("stock", database);
    expect(await recorded(database)).toEqual(STOCKS.slice(0, 1));
    await database.query(
      "INSERT INTO api_key (id, token, salt, redacted, title, type, created_by) VALUES ('apk_old', 'pk_1', '', 'pk', 'Old', 'publishable', 'u')",
    );
    const other = await createPostgresDatabase();
    await migrate("ours", database);
    await migrate("stock", other);

    expect(await shape(database)).toEqual(expect.arrayContaining(await shape(other)));
    expect(await recorded(database)).toEqual(STOCKS);
    const service = inMedusa();
    expect(await service.listApiKeys()).toMatchObject([{ id: "apk_old", title: "Old" }]);
    await service.close();
    await other.drop();
  });

  it("records nothing twice when some names have a file extension", async () => {
    await migrate("stock", database);
    await database.query("UPDATE mikro_orm_migrations SET name = name || '.js' WHERE id = 2");
    await migrate("ours", database);

    expect(await recorded(database)).toEqual([STOCKS[0], `${STOCKS[1]}.js`, STOCKS[2], STOCKS[3]]);
  });

  it("uses Medusa's schema, which it creates as stock does, instead of the module's option", async () => {
    await migrate("ours", { ...database, schema: "shop" });

    expect(await tables(database)).toEqual([
      "shop.api_key",
      "shop.api_key_native_migrations",
      "shop.mikro_orm_migrations",
    ]);
    await migrate("stock", { ...database, schema: "shop" });
    expect(await tables(database)).toHaveLength(3);
  });

  it("creates the table where stock does when only DATABASE_SCHEMA names a schema (D2)", async () => {
    const other = await createPostgresDatabase();
    await Promise.all([database, other].map((each) => each.query("CREATE SCHEMA shop")));
    process.env.DATABASE_SCHEMA = "shop";
    try {
      await migrate("stock", other);
      await migrate("ours", database);
    } finally {
      delete process.env.DATABASE_SCHEMA;
    }

    expect(await tables(other)).toEqual(["public.api_key", "shop.mikro_orm_migrations"]);
    expect(await tables(database)).toEqual([
      "public.api_key",
      "public.api_key_native_migrations",
      "public.mikro_orm_migrations",
    ]);
    await other.drop();
  });

  it("uses public by default, whatever the role's search path", async () => {
    await database.query("CREATE SCHEMA elsewhere");
    await database.query(
      "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = elsewhere', current_database()); END $$",
    );
    await migrate("ours", database);

    expect(await tables(database)).toContain("public.api_key");
    const service = inMedusa();
    await expect(service.createApiKeys(SECRET)).resolves.toMatchObject(SECRET);
    await service.close();
  });

  it("migrates the database of the module's own options", async () => {
    const own = await createPostgresDatabase();
    await migrate("ours", { ...database, options: { databaseUrl: own.url } });

    expect(await tables(database)).toEqual([]);
    expect(await tables(own)).toContain("public.api_key");
    await own.drop();
  });

  it("rejects a foreign table of that name and changes nothing", async () => {
    await database.query("CREATE TABLE api_key (id text PRIMARY KEY)");

    await expect(migrate("ours", database)).rejects.toThrow(/lacks columns of Medusa's/);
    expect(await tables(database)).toEqual(["public.api_key"]);
  });

  it("serializes with concurrent migrations", async () => {
    const call = { options: { databaseUrl: database.url }, logger: { info: () => undefined } };
    const runs = await Promise.all(Array.from({ length: 4 }, () => apiKeyModule.runMigrations(call)));

    expect(runs.filter((steps) => steps.length > 0)).toHaveLength(1);
    expect(await recorded(database)).toEqual(STOCKS);
  });

  function inMedusa() {
    return new apiKeyModule.service({}, { database: { clientUrl: database.url } } as object);
  }
});

describe("[postgres] db:rollback with this package", () => {
  let database: PostgresDatabase;

  beforeEach(async () => {
    database = await createPostgresDatabase();
  });
  afterEach(() => database?.drop());

  it("reverts this package's changes and keeps stock's table with every key (D4)", async () => {
    const untouched = await createPostgresDatabase();
    await migrate("stock", untouched);
    await migrate("ours", database);
    const service = openService(database.url, { migrate: false });
    await service.createApiKeys([SECRET, PUBLISHABLE]);
    await service.close();
    const told = await rollBack("ours", database);

    expect(told).toContain("Completed successfully");
    expect(await dump(database)).toEqual(await dump(untouched));
    expect(await database.query("SELECT title FROM api_key ORDER BY title")).toEqual([
      { title: PUBLISHABLE.title },
      { title: SECRET.title },
    ]);
    await untouched.drop();
  });

  it("can be followed by db:migrate, after which the keys authenticate as before", async () => {
    await migrate("ours", database);
    const service = openService(database.url, { migrate: false });
    const { id, token } = await service.createApiKeys(SECRET);
    await service.close();
    await rollBack("ours", database);
    await migrate("ours", database);
    const again = openService(database.url, { migrate: false });

    expect(await again.authenticate(token)).toMatchObject({ id });
    await again.close();
  });

  it("reports that there is nothing to revert when nothing was migrated", async () => {
    await migrate("stock", database);
    const before = await dump(database);

    expect(await rollBack("ours", database)).toContain("Skipped. Nothing to revert");
    expect(await dump(database)).toEqual(before);
  });

  it("reverts only the steps of its run when a later module fails under --all-or-nothing", async () => {
    await expect(migrate("ours", { ...database, allOrNothing: true, modules: failing() })).rejects.toThrow(
      "This migration fails.",
    );

    expect(await tables(database)).toEqual(["public.api_key", "public.mikro_orm_migrations"]);
    await migrate("ours", database);
    const before = await dump(database);
    await expect(migrate("ours", { ...database, allOrNothing: true, modules: failing() })).rejects.toThrow();
    expect(await dump(database)).toEqual(before);
  });

  const failing = () => ({ failing: { resolve: require.resolve("../medusa/fixtures/failing-module.js") } });
});

describe("[postgres] Going back to stock", () => {
  let database: PostgresDatabase;

  beforeEach(async () => {
    database = await createPostgresDatabase();
  });
  afterEach(() => database?.drop());

  it("needs one clean db:migrate on a table of this package, and every key that stock can read authenticates (D3)", async () => {
    await migrate("ours", database);
    const service = openService(database.url, { migrate: false, hashing: "scrypt" });
    const ours = await service.createApiKeys(SECRET);
    await service.close();
    expect(await migrate("stock", database)).toContain("Skipped. Database is up-to-date for module.");
    const stock = await startStock(database.url);
    const theirs = await stock.service.createApiKeys(SECRET);

    expect(await stock.service.authenticate(ours.token)).toMatchObject({ id: ours.id });
    expect(await stock.service.authenticate(theirs.token)).toMatchObject({ id: theirs.id });
    await stock.service.revoke(ours.id, { revoked_by: "user_1" });
    expect(await stock.service.authenticate(ours.token)).toBe(false);
    await stock.stop();
  });

  it("works after a migration from stock to this package, with stock's own rollback (D3)", async () => {
    const first = await startStock(database.url);
    const { id, token } = await first.service.createApiKeys(SECRET);
    await first.stop();
    await migrate("ours", database);
    await migrate("stock", database);
    for (let step = 0; step < 3; step++) await rollBack("stock", database);
    await migrate("stock", database);
    const last = await startStock(database.url);

    expect(await last.service.authenticate(token)).toMatchObject({ id });
    await last.stop();
  });

  it("works after a rollback of this package", async () => {
    await migrate("ours", database);
    await rollBack("ours", database);
    await migrate("stock", database);
    const stock = await startStock(database.url);

    await expect(stock.service.createApiKeys(SECRET)).resolves.toMatchObject(SECRET);
    await stock.stop();
  });

  it("needs no db:migrate when a standalone service created the table beside Medusa", async () => {
    await database.query(
      "CREATE TABLE mikro_orm_migrations (id serial PRIMARY KEY, name varchar(255), executed_at timestamptz DEFAULT now())",
    );
    const service = openService(database.url);
    await service.listApiKeys();
    await service.close();

    expect(await recorded(database)).toEqual(STOCKS);
    expect(await migrate("stock", database)).toContain("Skipped. Database is up-to-date for module.");
  });
});

describe("[postgres] A standalone service", () => {
  it("creates no table of Medusa's in a database without Medusa (D2)", async () => {
    const database = await createPostgresDatabase();
    const service = openService(database.url);
    await service.listApiKeys();

    expect(await tables(database)).toEqual(["public.api_key", "public.api_key_native_migrations"]);
    await service.close();
    await database.drop();
  });
});

describe("[postgres] A server on a database without migrations", () => {
  it("asks for medusa db:migrate at startup and in every call, and recovers after it (D4)", async () => {
    const database = await createPostgresDatabase();
    const error = jest.fn();
    const service = new apiKeyModule.service({ logger: { error } }, {
      database: { clientUrl: database.url },
    } as object);
    await hooks(service).onApplicationStart?.();

    const message = "The table api_key does not exist or is out of date. Run `medusa db:migrate`.";
    expect(error.mock.calls).toEqual([[message]]);
    await expectFailure(service.listApiKeys(), "database_error", message);
    await expectFailure(service.createApiKeys(SECRET), "database_error", message);
    expect(await tables(database)).toEqual([]);
    await migrate("ours", database);
    await expect(service.createApiKeys(SECRET)).resolves.toMatchObject(SECRET);
    await service.close();
    await database.drop();
  });

  it("asks for medusa db:migrate on a table that only stock has migrated", async () => {
    const database = await createPostgresDatabase();
    await migrate("stock", database);
    const service = new apiKeyModule.service({}, { database: { clientUrl: database.url } } as object);

    await expectFailure(service.listApiKeys(), "database_error", /Run `medusa db:migrate`/);
    await service.close();
    await database.drop();
  });
});

describe("[postgres] The hooks of the service", () => {
  it("are three asynchronous functions that log nothing on success (A18)", async () => {
    const database = await createPostgresDatabase();
    await migrate("ours", database);
    const error = jest.fn();
    const service = new apiKeyModule.service({ logger: { error } }, {
      database: { clientUrl: database.url },
    } as object);
    const names = ["onApplicationStart", "onApplicationPrepareShutdown", "onApplicationShutdown"];

    expect(Object.keys(hooks(service))).toEqual(names);
    for (const name of names) await expect(hooks(service)[name]?.()).resolves.toBeUndefined();
    expect(error).not.toHaveBeenCalled();
    await expectFailure(service.listApiKeys(), "unexpected_state", /closed/);
    await database.drop();
  });
});

function hooks(service: object): Record<string, () => Promise<void>> {
  return (service as { __hooks: Record<string, () => Promise<void>> }).__hooks;
}

async function recorded(database: PostgresDatabase): Promise<string[]> {
  const rows = await database.query<{ name: string }>("SELECT name FROM mikro_orm_migrations ORDER BY id");
  return rows.map(({ name }) => name);
}

/** All tables, with their schemas. */
async function tables(database: PostgresDatabase): Promise<string[]> {
  const rows = await database.query<{ name: string }>(
    `SELECT schemaname || '.' || tablename AS name FROM pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

/** The columns, constraints and indexes of `api_key`, each as one text. */
async function shape(database: PostgresDatabase): Promise<string[]> {
  const rows = await database.query<{ part: string }>(
    `SELECT concat_ws(' ', column_name, data_type, is_nullable, column_default) AS part
     FROM information_schema.columns WHERE table_name = 'api_key'
     UNION ALL SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'api_key'::regclass AND contype <> 'n'
     UNION ALL SELECT indexdef FROM pg_indexes WHERE tablename = 'api_key'`,
  );
  return rows.map(({ part }) => part).sort();
}

/** Everything that a migration could have changed. */
async function dump(database: PostgresDatabase): Promise<unknown> {
  const triggers =
    "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace";
  return {
    tables: await tables(database),
    shape: await shape(database),
    recorded: await recorded(database),
    triggers: await database.query(triggers),
  };
}
