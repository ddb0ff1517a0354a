// Searches that take long, and calls that must not wait for them.

import { openService } from "../support/ours";
import { type OurService, PUBLISHABLE, SECRET } from "../support/service";
import { createSqliteDatabase, type SqliteDatabase } from "../support/sqlite";

const SEARCHES = 20;

describe("[sqlite] While many searches run", () => {
  let database: SqliteDatabase;
  let service: OurService;

  beforeEach(async () => {
    database = await createSqliteDatabase();
  });
  afterEach(async () => {
    await service.close();
    await database.drop();
  });

  it.each([1, 10])("token lookups do not wait on a pool of %d (D15)", async (max) => {
    service = openService(database.url, {
      argon2: { memoryKib: 64, iterations: 1 },
      lastUsedInterval: false,
      pool: { max, acquireTimeoutMs: 60_000 },
    });
    const [secret, publishable] = await service.createApiKeys([SECRET, PUBLISHABLE]);
    await service.createApiKeys(Array.from({ length: 2_000 }, () => ({ ...PUBLISHABLE, title: "a".repeat(400) })));
    let ended = 0;
    const expensive = { $or: Array.from({ length: 90 }, (_, index) => ({ title: { $re: `(a|b)*${index}c` } })) };
    const searches = Array.from({ length: SEARCHES }, () =>
      service.listApiKeys(expensive).then((found) => {
        ended += 1;
        return found;
      }),
    );

    // Neither is in memory yet.
    expect(await service.authenticate(secret.token)).toMatchObject({ id: secret.id });
    expect(await service.listApiKeys({ token: publishable.token, type: "publishable" })).toHaveLength(1);
    expect(await service.authenticate(`sk_${"0".repeat(64)}`)).toBe(false);
    expect(ended).toBeLessThan(SEARCHES / 4);
    expect(await Promise.all(searches)).toEqual(Array.from({ length: SEARCHES }, () => []));
  });
});
