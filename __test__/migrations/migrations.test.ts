// `medusa db:migrate` with this package.

import apiKeyModule from "../../index.js";
import { createPostgresDatabase, type PostgresDatabase } from "../support/postgres";
import { PUBLISHABLE, SECRET } from "../support/service";
import { startStock } from "../support/stock";
import { migrate, rollBack } from "./medusa-migrations";
import { dump, recorded, STOCKS, shape, tables } from "./tables";

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
