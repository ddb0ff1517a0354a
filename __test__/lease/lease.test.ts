// A lease that cannot be kept: the triggers are gone, or nothing is heard any more.

import pg from "pg";
import { PostgresServer } from "../../harness/postgres.js";
import { MAX_STALENESS_MS, openLeased, untilHeld, untilLost, warm } from "../support/leased";
import { NoticeBoard } from "../support/notices";
import { createPostgresDatabase, type PostgresDatabase } from "../support/postgres";
import { type RunningProxy, startProxy } from "../support/proxy";
import { type OurService, SECRET } from "../support/service";
import { CHEAP } from "../support/surroundings";
import { until } from "../support/until";

const IMPATIENT = { ...CHEAP, pool: { acquireTimeoutMs: 1_000 } };

/** What authenticates, be it an answer or a failure. */
const outcome = (call: Promise<unknown>) =>
  call.then(
    (key) => (key === false ? "refused" : "accepted"),
    () => "failed",
  );

describe("[postgres] A lease", () => {
  let database: PostgresDatabase;
  let board: NoticeBoard;
  let proxy: RunningProxy | undefined;
  let service: OurService;

  beforeEach(async () => {
    database = await createPostgresDatabase();
    board = new NoticeBoard();
  });
  afterEach(async () => {
    await service?.close();
    board.close();
    await proxy?.stop();
    proxy = undefined;
    await database.drop();
  });

  const open = async (url: string, options: object = CHEAP) => {
    service = await openLeased(url, options, { logger: board.logger });
  };
  const warmKey = async () => {
    const { id, token } = await service.createApiKeys(SECRET);
    await warm(service, () => service.authenticate(token));
    return { id, token };
  };
  const revokeBySql = (id: string) => database.query("UPDATE api_key SET revoked_at = now() WHERE id = $1", [id]);
  const expectStrict = async (id: string, token: string) => {
    const before = await service.status();
    expect(await outcome(service.authenticate(token))).toBe("accepted");
    await revokeBySql(id);
    expect(await outcome(service.authenticate(token))).toBe("refused");
    const after = await service.status();
    expect(after.memory.hits).toBe(before.memory.hits);
    expect(after.readBatcher?.calls).toBe((before.readBatcher?.calls ?? 0) + 2);
  };
  const expectQuiet = (...tokens: string[]) => {
    const said = JSON.stringify([board.told, board.logged]);
    for (const token of tokens) expect(said).not.toContain(token);
    expect(said).not.toMatch(/SELECT|UPDATE|apk_|argon2id/);
  };

  it.each([
    ["is dropped", "DROP TRIGGER api_key_native_change ON api_key"],
    ["is disabled", "ALTER TABLE api_key DISABLE TRIGGER api_key_native_change"],
    ["fires no longer for replicas", "ALTER TABLE api_key ENABLE TRIGGER api_key_native_clear"],
    [
      "is dropped with its table",
      "ALTER TABLE api_key RENAME TO former; CREATE TABLE api_key (LIKE former INCLUDING ALL)",
    ],
  ])("ends when a trigger %s and returns after migrate()", async (_, sql) => {
    await open(database.url);
    const { token } = await warmKey();
    await database.query(sql);

    expect(await untilLost(service)).toMatch(/triggers/);
    const { id, token: next } = await service.createApiKeys(SECRET);
    await expectStrict(id, next);
    await service.migrate();
    await untilHeld(service);
    await warmKey();
    expect(board.names).toEqual(["lease.held", "lease.lost", "lease.held"]);
    expectQuiet(token, next);
  });

  it("is never held behind a pooler that drops notifications, and the reason is reported", async () => {
    proxy = await startProxy(database.url, "refused");
    await open(proxy.url);
    proxy.deaf = true;

    expect(await untilLost(service)).toMatch(/pooler in transaction mode/);
    for (let round = 0; round < 5; round++) {
      const { id, token } = await service.createApiKeys(SECRET);
      await expectStrict(id, token);
    }
    proxy.deaf = false;
    await untilHeld(service);
    await warmKey();
    expect(board.names).toEqual(["lease.held", "lease.lost", "lease.held"]);
  });

  it("expires when the listener's connection drops all packets and returns by itself", async () => {
    proxy = await startProxy(database.url, "refused");
    await open(proxy.url);
    const { token } = await warmKey();
    proxy.swallowListeners();

    expect(await untilLost(service)).toMatch(/do not arrive/);
    const { id, token: next } = await service.createApiKeys(SECRET);
    await expectStrict(id, next);
    await untilHeld(service);
    await warmKey();
    expect(board.logged).toEqual([
      "info: API keys: answers come from the cache, within maxStaleness",
      expect.stringMatching(/^warn: API keys: every answer is read from the database .*\(notifications do not/),
      "info: API keys: answers come from the cache, within maxStaleness",
    ]);
    expectQuiet(token, next);
  });

  it("expires when every connection drops all packets, and no revoked key is accepted", async () => {
    proxy = await startProxy(database.url, "refused");
    await open(proxy.url, IMPATIENT);
    const { id, token } = await warmKey();
    proxy.swallow();
    await revokeBySql(id);
    await untilLost(service);

    const outcomes = new Set<string>();
    await until(async () => {
      outcomes.add(await outcome(service.authenticate(token)));
      return outcomes.has("refused");
    });
    expect(outcomes).not.toContain("accepted");
    await untilHeld(service);
    // Each connection of the pool that died in silence costs the call that finds it.
    await until(() =>
      warmKey().then(
        () => true,
        () => false,
      ),
    );
    expect(board.names).toEqual(
      expect.arrayContaining(["lease.held", "lease.lost", "readBatcher.lost", "readBatcher.reconnected"]),
    );
  });

  it.each([
    ["the listener", "query LIKE '%pg_listening_channels%'", ["lease.lost", "lease.held"]],
    ["the shared reads", "query LIKE '%pg_notify%'", ["readBatcher.lost", "readBatcher.reconnected"]],
    ["all clients", "true", ["lease.lost", "lease.held", "readBatcher.lost", "readBatcher.reconnected"]],
  ])("returns after the server terminates the session of %s", async (_, whose, notices) => {
    await open(database.url);
    const { id, token } = await warmKey();
    board.told.length = 0;
    await until(
      () =>
        database.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND ${whose}`,
        ),
      (ended) => ended.length > 0,
    );
    await revokeBySql(id).catch(() => revokeBySql(id));
    const committed = performance.now();
    let accepted = committed;
    await until(async () => {
      const start = performance.now();
      const came = await outcome(service.authenticate(token));
      if (came === "accepted") accepted = start;
      return came === "refused";
    });
    expect(accepted - committed).toBeLessThanOrEqual(MAX_STALENESS_MS);

    await until(() => notices.every((name) => board.names.includes(name as never)));
    await untilHeld(service);
    await warmKey();
  });
});

describe("[postgres] A server that crashes", () => {
  it("ends the lease, which returns after recovery", async () => {
    const server = await PostgresServer.create();
    const board = new NoticeBoard();
    const service = await openLeased(server.url(), CHEAP, { logger: board.logger });
    const client = new pg.Client({ connectionString: server.url() });
    client.on("error", () => undefined);
    await client.connect();
    const { id, token } = await service.createApiKeys(SECRET);
    await warm(service, () => service.authenticate(token));
    await client.query("UPDATE api_key SET revoked_at = now() WHERE id = $1", [id]);
    const { rows } = await client.query("SELECT pg_backend_pid() AS pid");
    process.kill(rows[0].pid, "SIGKILL");
    await until(() => board.names.includes("lease.lost"));

    const outcomes = new Set<string>();
    await until(async () => {
      outcomes.add(await outcome(service.authenticate(token)));
      return outcomes.has("refused");
    });
    expect(outcomes).not.toContain("accepted");
    await untilHeld(service);
    const next = await service.createApiKeys(SECRET);
    await warm(service, () => service.authenticate(next.token));
    expect(board.names.at(-1)).toBe("lease.held");
    await service.close();
    board.close();
    await client.end().catch(() => undefined);
    await server.remove();
  }, 60_000);
});
