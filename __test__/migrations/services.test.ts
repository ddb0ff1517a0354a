// Services and servers on databases that were migrated, or not.

import { randomBytes } from "node:crypto";
import apiKeyModule from "../../index.js";
import { expectFailure } from "../support/failures";
import { openService } from "../support/ours";
import { createPostgresDatabase, onServer, type PostgresDatabase } from "../support/postgres";
import { SECRET } from "../support/service";
import { migrate } from "./medusa-migrations";
import { tables } from "./tables";

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

describe("[postgres] A service on a table with a column of its owner", () => {
  it("leaves the column as it is, and says that it cannot migrate", async () => {
    const database = await createPostgresDatabase();
    await migrate("stock", database);
    await database.query("ALTER TABLE api_key ADD COLUMN attributes jsonb");
    const service = openService(database.url);

    await expectFailure(service.createApiKeys(SECRET), "database_error", /others with the names of columns/);
    await service.close();
    expect(await tables(database)).not.toContain("public.api_key_native_migrations");
    const columns = "SELECT data_type FROM information_schema.columns WHERE column_name = 'attributes'";
    expect(await database.query(columns)).toEqual([{ data_type: "jsonb" }]);
    await database.drop();
  });
});

describe("[postgres] A service of a role for which a schema is named", () => {
  let database: PostgresDatabase;
  let url: URL;
  beforeEach(async () => {
    database = await createPostgresDatabase();
    url = new URL(database.url);
    url.username = `role_${randomBytes(4).toString("hex")}`;
    url.password = "secret";
    await database.query(`CREATE ROLE ${url.username} SUPERUSER LOGIN PASSWORD 'secret'`);
  });
  afterEach(async () => {
    await database.drop();
    await onServer(`DROP ROLE ${url.username}`);
  });

  it.each([
    "SELECT",
    "DELETE FROM api_key_native_migrations WHERE version = 'creators'",
    "DROP TABLE api_key_native_migrations",
  ])("uses and migrates the table with the keys, which is in another schema, after %s", async (before) => {
    const owner = openService(database.url);
    const { id, token } = await owner.createApiKeys(SECRET);
    await owner.close();
    await database.query(`CREATE SCHEMA ${url.username}; ${before}`);
    for (const turn of ["first", "second"]) {
      const service = openService(url.href);
      await service.migrate();
      expect([turn, await service.authenticate(token)]).toEqual([turn, expect.objectContaining({ id })]);
      await service.close();
    }
    expect(await tables(database)).toEqual(["public.api_key", "public.api_key_native_migrations"]);
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
