// Options that only PostgreSQL uses.

import { openService } from "../support/ours";
import { SECRET } from "../support/service";
import { createSqliteDatabase } from "../support/sqlite";

describe("[sqlite] A service with options for PostgreSQL only", () => {
  it.each<[string, object]>([
    ["schema", { schema: "not_there" }],
    ["ssl: true", { ssl: true }],
    ["ssl: false", { ssl: false }],
    ["ssl with certificates", { ssl: { rejectUnauthorized: false, ca: "no PEM", cert: "no PEM", key: "no PEM" } }],
  ])("accepts %s without an effect (D10)", async (_, options) => {
    const database = await createSqliteDatabase();
    const [service, without] = [openService(database.url, options), openService(database.url)];
    const { id, token } = await service.createApiKeys(SECRET);

    expect(await service.authenticate(token)).toMatchObject({ id });
    expect(await without.listApiKeys()).toMatchObject([{ id }]);
    await Promise.all([service.close(), without.close()]);
    await database.drop();
  });
});
