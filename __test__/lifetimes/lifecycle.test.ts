// Opening, closing and sharing.

import { setTimeout as sleep } from "node:timers/promises";
import { describeOnEachDatabase } from "../support/databases";
import { expectFailure } from "../support/failures";
import { openService } from "../support/ours";
import { createPostgresDatabase } from "../support/postgres";
import { type OurService, PUBLISHABLE, SECRET } from "../support/service";
import { createSqliteDatabase, type SqliteDatabase } from "../support/sqlite";
import { SqliteShell } from "../support/sqlite-shell";

describeOnEachDatabase("A service", (kind) => {
  let database: Awaited<ReturnType<typeof kind.create>>;
  let opened: OurService[];

  const open = (options?: object) => {
    const service = openService(database.url, options);
    opened.push(service);
    return service;
  };

  beforeEach(async () => {
    database = await kind.create();
    opened = [];
  });
  afterEach(async () => {
    await Promise.all(opened.map((service) => service.close()));
    await database.drop();
  });

  it("creates its table on first use", async () => {
    await expect(open().listApiKeys()).resolves.toEqual([]);
  });

  it("finds its keys after it is reopened", async () => {
    const first = open();
    const [secret, publishable] = await first.createApiKeys([SECRET, PUBLISHABLE]);
    await first.close();
    const second = open();

    expect(await second.authenticate(secret.token)).toMatchObject({ id: secret.id });
    expect(await second.retrieveApiKey(publishable.id)).toMatchObject({ token: publishable.token });
  });

  it("rejects calls after close(), however often it is called", async () => {
    const service = open();
    await service.createApiKeys(SECRET);
    await service.close();
    await service.close();

    await expectFailure(service.listApiKeys(), "unexpected_state", /closed/);
    await expectFailure(service.createApiKeys(SECRET), "unexpected_state", /closed/);
    await expectFailure(service.authenticate("sk_1"), "unexpected_state", /closed/);
  });

  it("can be closed before its first use", async () => {
    const service = open();
    await service.close();

    await expectFailure(service.listApiKeys(), "unexpected_state", /closed/);
  });

  it("settles every call that is pending on close()", async () => {
    const service = open();
    await service.migrate();
    const calls = Array.from({ length: 20 }, () => service.createApiKeys(SECRET));
    await service.close();
    const outcomes = await Promise.allSettled(calls);
    const created = outcomes.filter((outcome) => outcome.status === "fulfilled");

    for (const outcome of outcomes) {
      if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ type: "unexpected_state" });
    }
    expect(await open().listApiKeys()).toHaveLength(created.length);
  });

  it("sees changes by another service on the same database", async () => {
    const [one, other] = [open(), open()];
    const { id, token } = await one.createApiKeys(SECRET);
    expect(await other.authenticate(token)).toMatchObject({ id });
    expect(await one.authenticate(token)).toMatchObject({ id });
    await other.revoke(id, { revoked_by: "user_1" });

    expect(await one.authenticate(token)).toBe(false);
    expect(await one.retrieveApiKey(id)).toMatchObject({ revoked_by: "user_1" });
  });

  it("stays open when another service on the same database closes (D5)", async () => {
    const [one, other] = [open(), open()];
    await one.listApiKeys();
    await other.listApiKeys();
    await other.close();

    await expect(one.createApiKeys(SECRET)).resolves.toMatchObject(SECRET);
  });

  it("creates one table when many services start at the same moment", async () => {
    const services = Array.from({ length: 6 }, () => open());
    await Promise.all(services.map((service) => service.createApiKeys(PUBLISHABLE)));

    await expect(open().listApiKeys()).resolves.toHaveLength(6);
  });

  it.each([1, 2])("finishes 500 parallel calls on a pool of %d (S7)", async (max) => {
    const service = open({ pool: { max } });
    const { id, token } = await service.createApiKeys(SECRET);
    const calls = [
      () => service.authenticate(token),
      () => service.listApiKeys({ id }),
      () => service.createApiKeys(PUBLISHABLE),
      () => service.updateApiKeys(id, { title: "New" }),
      () => service.listAndCountApiKeys({}, { take: 1 }),
    ];
    const answers = await Promise.all(Array.from({ length: 500 }, (_, index) => calls[index % calls.length]?.()));

    expect(answers).toHaveLength(500);
    expect(answers).not.toContain(false);
    expect(await service.listApiKeys({ type: "publishable" })).toHaveLength(100);
  });
});

describe("[sqlite] A service on an in-memory database", () => {
  it("keeps its keys while it is open, even under parallel calls", async () => {
    const service = openService("sqlite::memory:");
    await Promise.all(Array.from({ length: 50 }, () => service.createApiKeys(PUBLISHABLE)));

    expect(await service.listApiKeys()).toHaveLength(50);
    await service.close();
  });

  it("shares nothing with another one", async () => {
    const [one, other] = [openService("sqlite::memory:"), openService("sqlite::memory:")];
    const { token } = await one.createApiKeys(SECRET);

    expect(await other.authenticate(token)).toBe(false);
    expect(await other.listApiKeys()).toEqual([]);
    await Promise.all([one.close(), other.close()]);
  });

  it("rejects a cached token once it is closed", async () => {
    const service = openService("sqlite::memory:", { argon2: { memoryKib: 64, iterations: 1 } });
    const { token } = await service.createApiKeys(SECRET);
    for (let call = 0; call < 3; call++) await service.authenticate(token);
    await service.close();

    await expectFailure(service.authenticate(token), "unexpected_state", /closed/);
  });
});

describe("[sqlite] A service on a file with a foreign write transaction", () => {
  let database: SqliteDatabase;
  let other: SqliteShell;
  let service: OurService;

  beforeEach(async () => {
    database = await createSqliteDatabase();
    other = new SqliteShell(database.path);
    service = openService(database.url);
  });
  afterEach(async () => {
    await Promise.all([service.close(), other.close()]);
    await database.drop();
  });

  // For the change to write-ahead logging SQLite waits for nobody, whatever its patience.
  it("waits for that transaction before its own first one", async () => {
    await other.query("CREATE TABLE notes (text TEXT)");
    await other.query("BEGIN IMMEDIATE");
    await other.query("INSERT INTO notes VALUES ('not committed yet')");
    const created = service.createApiKeys(PUBLISHABLE).catch((error: Error) => error);
    await Promise.race([created, sleep(300)]);
    await other.query("COMMIT");

    expect(await created).toMatchObject(PUBLISHABLE);
  });
});

describe("[postgres] A service", () => {
  it("rejects calls with a clear error when its schema is dropped and recovers after migrate()", async () => {
    const database = await createPostgresDatabase();
    const service = openService(database.url, { migrate: false });
    await service.migrate();
    await service.createApiKeys(PUBLISHABLE);
    await database.query("DROP SCHEMA public CASCADE");
    await database.query("CREATE SCHEMA public");
    await expectFailure(service.listApiKeys(), "database_error", /api_key/);
    await service.migrate();

    await expect(service.createApiKeys(PUBLISHABLE)).resolves.toMatchObject(PUBLISHABLE);
    await service.close();
    await database.drop();
  });

  it("uses only the configured schema", async () => {
    const database = await createPostgresDatabase();
    await database.query('CREATE SCHEMA "Shop ""One"""');
    const service = openService(database.url, { schema: 'Shop "One"' });
    await service.createApiKeys(PUBLISHABLE);

    expect(
      await database.query("SELECT table_schema FROM information_schema.tables WHERE table_name = 'api_key'"),
    ).toEqual([{ table_schema: 'Shop "One"' }]);
    await service.close();
    await database.drop();
  });

  it("works on a table of stock's migrations without changing stock's columns", async () => {
    const database = await createPostgresDatabase();
    await database.query(`CREATE TABLE api_key (id text PRIMARY KEY, token text NOT NULL, salt text NOT NULL, redacted text NOT NULL,
      title text NOT NULL, type text NOT NULL, last_used_at timestamptz, created_by text NOT NULL, created_at timestamptz NOT NULL DEFAULT now(),
      revoked_by text, revoked_at timestamptz, updated_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz)`);
    const service = openService(database.url);
    const { id, token } = await service.createApiKeys(SECRET);

    expect(await service.authenticate(token)).toMatchObject({ id });
    expect(await database.query("SELECT id FROM api_key")).toEqual([{ id }]);
    await service.close();
    await database.drop();
  });
});
