// A token's row is found by an index made for it, whatever PostgreSQL believes of the table.

import { randomBytes } from "node:crypto";
import { ApiKeyModuleService } from "../../index.js";
import { createPostgresDatabase, onServer, type PostgresDatabase } from "../support/postgres";
import { type RunningProxy, startProxy } from "../support/proxy";
import { PUBLISHABLE, SECRET } from "../support/service";
import { until } from "../support/until";

// Without writes of last uses, which read the table, too.
const OPTIONS = { argon2: { memoryKib: 8, iterations: 1 }, lastUsedInterval: false } as const;
const SOME = 300;

/** How many entries of each index, and rows of the table without one, were read since the table was made. */
const READS = `
SELECT indexrelname AS name, idx_tup_read::int AS read FROM pg_stat_user_indexes WHERE relname = 'api_key'
UNION ALL SELECT 'no index', seq_tup_read::int FROM pg_stat_user_tables WHERE relname = 'api_key'`;

describe("[postgres] A token's row", () => {
  let database: PostgresDatabase;
  const migrator = () => new ApiKeyModuleService({ databaseUrl: database.url, ...OPTIONS });

  // A table without statistics is what misleads a planner most.
  beforeEach(async () => {
    database = await createPostgresDatabase();
    const service = migrator();
    await service.migrate();
    await service.close();
    await database.query("ALTER TABLE api_key SET (autovacuum_enabled = off)");
  });
  afterEach(() => database.drop());

  const reads = async () => {
    const rows = await database.query<{ name: string; read: number }>(READS);
    return Object.fromEntries(rows.map(({ name, read }) => [name, read]));
  };

  /** What is read while a fresh service answers `ask`, once the server's statistics know of it. */
  async function readFor(ask: (service: ApiKeyModuleService) => Promise<unknown>, index: string) {
    await until(reads, (now) => now.IDX_api_key_type !== undefined);
    await database.query("SELECT pg_stat_reset()");
    const service = migrator();
    await ask(service);
    await service.close();
    const { [index]: expected, ...others } = await until(reads, (now) => (now[index] ?? 0) > 0);
    return { expected, others: Object.values(others).reduce((sum, read) => sum + read, 0) };
  }

  it("is found by its digest", async () => {
    const service = migrator();
    const keys = await service.createApiKeys(Array.from({ length: SOME }, () => SECRET));
    await service.close();
    const token = keys[0]?.token as string;

    const read = await readFor((fresh) => fresh.authenticate(token), "IDX_api_key_token_digest");

    expect(read).toEqual({ expected: 1, others: 0 });
  });

  it("is found by its redacted form among many stock keys without a digest", async () => {
    const service = migrator();
    const keys = await service.createApiKeys(Array.from({ length: SOME }, () => SECRET));
    await service.close();
    await database.query("UPDATE api_key SET token_digest = NULL");
    // Wrong, and alike: no success, and so nothing is written.
    const token = keys[0]?.token.replace(/.{10}(?=...$)/, "0123456789") as string;

    const read = await readFor((fresh) => fresh.authenticate(token), "IDX_api_key_undigested");

    expect(read).toEqual({ expected: 1, others: 0 });
  });

  it("is found by its token if it is publishable", async () => {
    const service = migrator();
    const keys = await service.createApiKeys(Array.from({ length: SOME }, () => PUBLISHABLE));
    await service.close();
    const lookUp = { token: keys[0]?.token as string, type: "publishable" as const };

    const read = await readFor((fresh) => fresh.listApiKeys(lookUp), "IDX_api_key_token_unique");

    expect(read).toEqual({ expected: 1, others: 0 });
  });
});

describe("[postgres] With a role that may have one connection", () => {
  let database: PostgresDatabase;
  const role = `single_${randomBytes(4).toString("hex")}`;

  beforeEach(async () => {
    database = await createPostgresDatabase();
    await onServer(`CREATE ROLE ${role} LOGIN PASSWORD 'single' CONNECTION LIMIT 1`);
  });
  afterEach(async () => {
    await database.drop();
    await onServer(`DROP ROLE ${role}`);
  });

  it("the first lookup shares its read on the connection that checked the table", async () => {
    const owner = new ApiKeyModuleService({ databaseUrl: database.url, ...OPTIONS });
    const { id, token } = await owner.createApiKeys(SECRET);
    await owner.close();
    await database.query(`GRANT SELECT ON api_key TO ${role}`);
    const url = new URL(database.url);
    [url.username, url.password] = [role, "single"];
    const service = new ApiKeyModuleService({ databaseUrl: url.href, ...OPTIONS });

    const key = await service.authenticate(token);

    expect(key).toMatchObject({ id });
    expect((await service.status()).readBatcher).toMatchObject({ calls: 1, reads: 1, reconnects: 0 });
    await service.close();
  });
});

describe("[postgres] Behind a pooler that rejects settings", () => {
  let database: PostgresDatabase;
  let proxy: RunningProxy;

  beforeEach(async () => {
    database = await createPostgresDatabase();
    proxy = await startProxy(database.url, "refused");
    proxy.takesNoSettings = true;
  });
  afterEach(async () => {
    await proxy.stop();
    await database.drop();
  });

  it("reads are batched and no session setting is changed", async () => {
    const options = { ...OPTIONS, migrate: false, pooler: "transaction" as const };
    const service = new ApiKeyModuleService({ databaseUrl: proxy.url, ...options });
    const migrating = new ApiKeyModuleService({ databaseUrl: database.url, ...OPTIONS });
    const { token, title } = await migrating.createApiKeys(SECRET);
    await migrating.close();
    await service.authenticate("sk_nobody");
    await until(
      () => service.status(),
      ({ readBatcher }) => readBatcher?.connected === true,
    );

    const before = (await service.status()).readBatcher?.reads ?? 0;
    await until(
      () => service.authenticate(token),
      (answer) => answer !== false && answer.title === title,
    );

    expect((await service.status()).readBatcher?.reads).toBeGreaterThan(before);
    expect(proxy.refused).toBeGreaterThan(0);
    expect(proxy.settings).toBe(0);
    await service.close();
  });
});
