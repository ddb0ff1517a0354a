// When a key was last used: what depends on the database, such as locks, outages and the end of the service.

import { once } from "node:events";
import { createServer } from "node:net";
import pg from "pg";
import { openService } from "../support/ours";
import { createPostgresDatabase } from "../support/postgres";
import { freePort, startProxy } from "../support/proxy";
import { type OurService, PUBLISHABLE, SECRET } from "../support/service";
import { createSqliteDatabase } from "../support/sqlite";
import { until } from "../support/until";

/** Short, so that uses are written soon. */
const CHEAP = { argon2: { memoryKib: 8, iterations: 1 }, lastUsedInterval: 100 };

describe("[postgres] last_used_at", () => {
  const running = async (options: object = {}) => {
    const database = await createPostgresDatabase();
    const service = openService(database.url, { ...CHEAP, ...options });
    const lastUse = async (id: string) => {
      const [row] = await database.query<{ at: string | null }>(
        "SELECT last_used_at AS at FROM api_key WHERE id = $1",
        [id],
      );
      return row?.at ?? null;
    };
    return { database, service, lastUse };
  };

  it("skips rows that another transaction has locked and is written to them later (M3)", async () => {
    const { database, service, lastUse } = await running();
    const [held, free] = await service.createApiKeys([SECRET, SECRET]);
    const other = new pg.Client({ connectionString: database.url });
    await other.connect();
    await other.query("BEGIN");
    await other.query("SELECT 1 FROM api_key WHERE id = $1 FOR UPDATE", [held.id]);
    await service.authenticate(held.token);
    await service.authenticate(free.token);
    await until(async () => (await lastUse(free.id)) !== null);
    expect(await lastUse(held.id)).toBeNull();
    await other.query("COMMIT");
    await until(async () => (await lastUse(held.id)) !== null);

    await other.end();
    await service.close();
    await database.drop();
  });

  it("is not written to a row after the revocation that locked it commits (M3)", async () => {
    const { database, service, lastUse } = await running();
    const [held, free, later] = await service.createApiKeys([SECRET, SECRET, SECRET]);
    const other = new pg.Client({ connectionString: database.url });
    await other.connect();
    await other.query("BEGIN");
    await other.query(
      "UPDATE api_key SET revoked_at = now(), updated_at = now(), revoked_by = 'user_1' WHERE id = $1",
      [held.id],
    );
    await service.authenticate(held.token);
    await service.authenticate(free.token);
    await until(async () => (await lastUse(free.id)) !== null);
    await other.query("COMMIT");
    await service.authenticate(later.token);
    await until(async () => (await lastUse(later.id)) !== null);

    expect(await lastUse(held.id)).toBeNull();
    await other.end();
    await service.close();
    await database.drop();
  });

  it("uses no connection between two writes (M3)", async () => {
    const { database, service, lastUse } = await running({ pool: { max: 1 } });
    const { id, token } = await service.createApiKeys(SECRET);
    await service.authenticate(token);
    await until(async () => (await lastUse(id)) !== null);

    // With one connection, each of these would wait for ever if it were held.
    for (let round = 0; round < 10; round++) expect(await service.authenticate(token)).toMatchObject({ id });
    await service.close();
    await database.drop();
  });

  it("is written once an unreachable database is back (M3)", async () => {
    const database = await createPostgresDatabase();
    const port = await freePort();
    let proxy = await startProxy(database.url, "refused", port);
    const service = openService(proxy.url, { ...CHEAP, pool: { acquireTimeoutMs: 500 } });
    const { id, token } = await service.createApiKeys(SECRET);
    expect(await service.authenticate(token)).toMatchObject({ id });
    await proxy.stop();
    // The first flush meets a port that refuses, and a server that says nothing.
    const silent = createServer();
    silent.listen(port, "127.0.0.1");
    const [socket] = await once(silent, "connection");
    const closed = once(silent, "close");
    silent.close();
    socket.destroy();
    await closed;
    proxy = await startProxy(database.url, "refused", port);
    await until(async () => {
      const [row] = await database.query<{ at: string | null }>("SELECT last_used_at AS at FROM api_key");
      return row?.at !== null;
    });

    await service.close();
    await proxy.stop();
    await database.drop();
  }, 60_000);

  it("delays close() by at most a few seconds when the database is unreachable (M3)", async () => {
    const database = await createPostgresDatabase();
    const proxy = await startProxy(database.url, "refused");
    const service = openService(proxy.url, { ...CHEAP, pool: { acquireTimeoutMs: 1_000 } });
    const { token } = await service.createApiKeys(SECRET);
    await service.authenticate(token);
    proxy.swallow();

    await service.close();
    await proxy.stop();
    await database.drop();
  });
});

describe("[sqlite] last_used_at", () => {
  it("is written for a cached key (M3)", async () => {
    const service = openService("sqlite::memory:", CHEAP);
    const { id, token } = await service.createApiKeys(SECRET);
    await service.authenticate(token);
    await until(async () => (await service.retrieveApiKey(id)).last_used_at !== null);

    await service.close();
  });

  it("is flushed on Medusa's shutdown (M3)", async () => {
    const database = await createSqliteDatabase();
    const service = openService(database.url, CHEAP) as OurService & {
      __hooks: { onApplicationShutdown(): Promise<void> };
    };
    const [{ id, token }] = await service.createApiKeys([SECRET, PUBLISHABLE]);
    await service.authenticate(token);
    await service.__hooks.onApplicationShutdown();
    const next = openService(database.url, CHEAP);

    expect((await next.retrieveApiKey(id)).last_used_at).toBeInstanceOf(Date);
    await next.close();
    await database.drop();
  });
});
