// `medusa db:rollback` with this package, and the way back to stock.

import { openService } from "../support/ours";
import { createPostgresDatabase, type PostgresDatabase } from "../support/postgres";
import { PUBLISHABLE, SECRET } from "../support/service";
import { startStock } from "../support/stock";
import { migrate, rollBack } from "./medusa-migrations";
import { dump, recorded, STOCKS, tables } from "./tables";

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
