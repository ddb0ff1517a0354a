// A database that permits no writes for a while.

import { expectFailure } from "../support/failures";
import { openService } from "../support/ours";
import { createPostgresDatabase } from "../support/postgres";
import { SECRET } from "../support/service";
import { CHEAP } from "../support/surroundings";

describe("[postgres] A service whose database was read-only", () => {
  it("writes again with the first call after that", async () => {
    const database = await createPostgresDatabase();
    const name = new URL(database.url).pathname.slice(1);
    const service = openService(database.url, CHEAP);
    const create = () => service.createApiKeys(SECRET);
    await create();
    await database.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    await database.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()`);
    // Several sessions, all of which are read-only.
    const failures = Array.from({ length: 4 }, () => expectFailure(create(), "database_error", /session is read-only/));
    await Promise.all(failures);
    await database.query(`BEGIN READ WRITE; ALTER DATABASE ${name} RESET default_transaction_read_only; COMMIT`);

    await expect(create()).resolves.toMatchObject(SECRET);
    await service.close();
    await database.drop();
  });
});
