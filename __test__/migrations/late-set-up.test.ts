// What the first call of a service waits for on a table that has every migration, and what is repaired later.

import pg from "pg";
import { openLeased } from "../support/leased";
import { openService } from "../support/ours";
import { createPostgresDatabase, onServer, type PostgresDatabase } from "../support/postgres";
import { type OurService, SECRET } from "../support/service";
import { until } from "../support/until";

const CHEAP = { hashing: "sha256" };

const DAMAGES = [
  ["dropped", "DROP TRIGGER api_key_native_change ON api_key"],
  ["disabled", "ALTER TABLE api_key DISABLE TRIGGER api_key_native_clear"],
  [
    "of another body",
    "CREATE OR REPLACE FUNCTION api_key_native_changed() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
  ],
];

describe("[postgres] A service on a table whose triggers are", () => {
  let database: PostgresDatabase;
  let token: string;
  let service: OurService | undefined;

  beforeAll(async () => {
    database = await createPostgresDatabase();
    service = openService(database.url, CHEAP);
    ({ token } = await service.createApiKeys(SECRET));
    await service.close();
  });
  afterEach(() => service?.close());
  afterAll(() => database?.drop());

  const isComplete = async () => {
    const reader = openService(database.url, { ...CHEAP, migrate: false });
    const { problems } = await reader.ping();
    await reader.close();
    return problems.length === 0;
  };

  it.each(DAMAGES)("%s repairs them after its first answer", async (_, damage) => {
    await database.query(damage);
    const migrating = await migrationElsewhere(database);
    service = openService(database.url, CHEAP);

    expect(await service.authenticate(token)).toMatchObject({ title: SECRET.title });
    expect(await isComplete()).toBe(false);
    await migrating.end();
    await until(isComplete, (complete) => complete);
  });

  it("dropped makes no reader wait for long while another session reads the table, and repairs them later", async () => {
    await database.query("DROP TRIGGER api_key_native_change ON api_key");
    const reading = new pg.Client({ connectionString: database.url });
    await reading.connect();
    await reading.query("BEGIN; SELECT count(*) FROM api_key");
    service = openService(database.url, { ...CHEAP, callTimeout: 3_000 });
    try {
      // A reader that waited for the first repair, after a second, would time out.
      const end = performance.now() + 3_000;
      while (performance.now() < end) {
        expect(await service.authenticate(token)).toMatchObject({ title: SECRET.title });
      }
      expect(await isComplete()).toBe(false);
    } finally {
      await reading.end();
    }
    await until(isComplete, (complete) => complete);
  });

  it.each(DAMAGES)("%s repairs them before its first answer if it has maxStaleness", async (_, damage) => {
    await database.query(damage);
    service = openService(database.url, { ...CHEAP, maxStaleness: 500 });

    expect(await service.authenticate(token)).toMatchObject({ title: SECRET.title });
    expect(await isComplete()).toBe(true);
  });

  it.each(DAMAGES)("%s authenticates if its role may not repair them", async (_, damage) => {
    const role = `reader_${process.pid}`;
    await onServer(`CREATE ROLE ${role} LOGIN PASSWORD 'reader'`);
    await database.query(`GRANT SELECT ON api_key, api_key_native_migrations TO ${role}; ${damage}`);
    const url = new URL(database.url);
    [url.username, url.password] = [role, "reader"];
    service = openService(url.href, CHEAP);

    expect(await service.authenticate(token)).toMatchObject({ title: SECRET.title });
    const { problems } = await service.ping();
    expect(problems.map(({ code }) => code)).toContain("table_outdated");
    await service.close();
    await (await openLeased(database.url, CHEAP)).close();
    await database.query(`DROP OWNED BY ${role}`);
    await onServer(`DROP ROLE ${role}`);
  });

  it("disabled leaves them so if it is closed at once", async () => {
    await database.query("ALTER TABLE api_key DISABLE TRIGGER api_key_native_change");
    const migrating = await migrationElsewhere(database);
    service = openService(database.url, CHEAP);
    await service.authenticate(token);
    await service.close();
    await migrating.end();

    await until(
      () => sessionsOf(database),
      (sessions) => sessions === 0,
    );
    expect(await isComplete()).toBe(false);
  });
});

/** Holds the lock that migrations wait for. */
async function migrationElsewhere(database: PostgresDatabase): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query("SELECT pg_advisory_lock(x'61706b5f6e617469'::bigint)");
  return client;
}

/** The number of sessions of services with a database. */
async function sessionsOf(database: PostgresDatabase): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    "SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
  );
  return row?.count ?? -1;
}
