// A creation that its caller no longer waits for.

import { openService } from "../support/ours";
import { PUBLISHABLE } from "../support/service";
import { createSqliteDatabase, type SqliteDatabase } from "../support/sqlite";
import { SqliteShell } from "../support/sqlite-shell";
import { until } from "../support/until";

const KEYS = Array.from({ length: 50 }, () => PUBLISHABLE);

/** Makes each insertion take some milliseconds. */
const SLOW = `CREATE TRIGGER slow BEFORE INSERT ON api_key BEGIN
  SELECT count(*) FROM (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) SELECT i FROM n);
END`;

describe("[sqlite] A creation of many keys", () => {
  let database: SqliteDatabase;

  beforeEach(async () => {
    database = await createSqliteDatabase();
  });
  afterEach(() => database.drop());

  it("that takes longer than callTimeout has an unknown outcome, and may be written", async () => {
    const reader = openService(database.url);
    await reader.migrate();
    const shell = new SqliteShell(database.path);
    await shell.query(SLOW);
    await shell.close();
    const service = openService(database.url, { callTimeout: 300 });
    await service.listApiKeys();

    await expect(service.createApiKeys(KEYS)).rejects.toMatchObject({ type: "database_error", outcome: "unknown" });
    await until(async () => (await reader.listApiKeys({}, { take: null })).length === KEYS.length);
    await service.close();
    await reader.close();
  });
});
