// Keys in other tables that belong to api_key, whose changes no trigger announces: the database answers.

import { MAX_STALENESS_MS, openLeased, untilHeld, untilLost, warm } from "../support/leased";
import { openService } from "../support/ours";
import { createPostgresDatabase, type PostgresDatabase } from "../support/postgres";
import { type OurService, SECRET } from "../support/service";
import { CHEAP, outcomeOf } from "../support/surroundings";
import { until } from "../support/until";

const SEVERAL_TABLES = /api_key is partitioned, or other tables inherit from it.* leave the option maxStaleness off/;

describe("[postgres] With keys in several tables", () => {
  let database: PostgresDatabase;
  let services: OurService[];
  beforeEach(async () => {
    database = await createPostgresDatabase();
    services = [];
  });
  afterEach(async () => {
    await Promise.all(services.map((service) => service.close()));
    await database.drop();
  });

  const kept = (service: OurService) => {
    services.push(service);
    return service;
  };
  const pauseForBound = () => new Promise((resolve) => setTimeout(resolve, MAX_STALENESS_MS));

  it("a revocation in a table that began to inherit from it is noticed within the bound", async () => {
    const service = kept(await openLeased(database.url, CHEAP));
    const { id, token } = await service.createApiKeys(SECRET);
    await untilHeld(service);
    await database.query(`CREATE TABLE moved (LIKE api_key INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
      WITH gone AS (DELETE FROM api_key RETURNING *) INSERT INTO moved SELECT * FROM gone;
      ALTER TABLE moved INHERIT api_key`);
    expect(await service.authenticate(token)).toMatchObject({ id });
    await database.query("UPDATE moved SET revoked_at = now()");
    await pauseForBound();

    expect(await outcomeOf(service, token)).toBe("refused");
    expect(await untilLost(service)).toMatch(SEVERAL_TABLES);
  });

  it("a lease begins again once all keys are in one", async () => {
    const service = kept(await openLeased(database.url, CHEAP));
    const { token } = await service.createApiKeys(SECRET);
    await database.query("CREATE TABLE empty () INHERITS (api_key)");
    await untilLost(service);
    await database.query("DROP TABLE empty");
    await untilHeld(service);

    await warm(service, () => service.authenticate(token));
  });

  it("a partitioned table is read for each answer, and ping() says why", async () => {
    const whole = kept(openService(database.url, { ...CHEAP, migrate: true }));
    await whole.listApiKeys({}, { take: 1 });
    await database.query(`ALTER TABLE api_key RENAME TO api_key_whole;
      CREATE TABLE api_key (LIKE api_key_whole INCLUDING DEFAULTS) PARTITION BY LIST (type);
      CREATE TABLE api_key_secret PARTITION OF api_key FOR VALUES IN ('secret');
      CREATE TABLE api_key_publishable PARTITION OF api_key FOR VALUES IN ('publishable')`);
    await whole.migrate();
    const service = kept(openService(database.url, { ...CHEAP, maxStaleness: MAX_STALENESS_MS }));
    const { id, token } = await service.createApiKeys(SECRET);
    const { problems } = await until(
      () => service.ping(),
      ({ problems }) => problems.some(({ message }) => SEVERAL_TABLES.test(message)),
    );
    expect(problems).toEqual([expect.objectContaining({ code: "lease_not_held", severity: "warning" })]);

    expect(await service.authenticate(token)).toMatchObject({ id });
    await database.query("UPDATE api_key SET revoked_at = now()");
    expect(await service.authenticate(token)).toBe(false);
  });
});
