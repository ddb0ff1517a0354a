// Services and servers on databases that were migrated, or not.

import apiKeyModule from "../../index.js";
import { expectFailure } from "../support/failures";
import { openService } from "../support/ours";
import { createPostgresDatabase } from "../support/postgres";
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
