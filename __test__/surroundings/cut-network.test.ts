// A network that drops packets without a word: the server is in a network namespace, behind a firewall.

import { execFileSync } from "node:child_process";
import type { Socket } from "node:net";
import pg from "pg";
import { Network } from "../../harness/network.js";
import { PostgresServer } from "../../harness/postgres.js";
import { failureOf } from "../support/failures";
import { openLeased, warm } from "../support/leased";
import { openService } from "../support/ours";
import { type OurService, SECRET } from "../support/service";
import { CHEAP, durationOf, outcomeOf, rejections } from "../support/surroundings";
import { until } from "../support/until";

const DEADLINE_MS = 1_000;
/** A busy machine may be late; a call with another patience than its deadline is later than this. */
const LATEST_MS = 4 * DEADLINE_MS;
const IMPATIENT = { ...CHEAP, callTimeout: DEADLINE_MS };

/** A commit that writes keys waits while the table `held` has a row. */
const HOLD_COMMITS = `
  DROP TABLE IF EXISTS held;
  CREATE TABLE held AS SELECT true;
  CREATE OR REPLACE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    WHILE EXISTS (SELECT FROM held) LOOP PERFORM pg_sleep(0.02); END LOOP;
    RETURN NULL;
  END $$;
  CREATE CONSTRAINT TRIGGER hold AFTER INSERT OR UPDATE OR DELETE ON api_key DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION hold();
`;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("[postgres] Behind a network that drops packets", () => {
  let network: Network;
  let server: PostgresServer;
  let service: OurService;

  beforeAll(async () => {
    network = Network.create();
    server = await PostgresServer.create({ network });
  });
  afterAll(async () => {
    await server?.remove();
    network?.remove();
  });
  afterEach(async () => {
    network.heal();
    await service?.close();
    await server.query("DROP TABLE IF EXISTS api_key CASCADE");
    await server.query("DROP TABLE IF EXISTS api_key_native_migrations");
  });

  const life = async (of: OurService) => {
    const { id, token } = await of.createApiKeys(SECRET);
    await of.authenticate(token);
    await of.revoke(id, { revoked_by: "user_1" });
    await of.listApiKeys({ id });
  };

  it("pending calls end at callTimeout, and all later ones succeed once new connections pass (D17)", async () => {
    service = openService(server.url(), IMPATIENT);
    const { id, token } = await service.createApiKeys(SECRET);
    const locker = new pg.Client({ connectionString: server.url() });
    locker.on("error", () => undefined);
    await locker.connect();
    await locker.query("BEGIN; LOCK TABLE api_key IN ACCESS EXCLUSIVE MODE");
    const reads = Array.from({ length: 10 }, () => durationOf(service.listApiKeys()));
    await until(
      () => server.query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"),
      ({ length }) => length >= 10,
    );
    network.cut();
    const durations = await Promise.all([
      ...reads,
      durationOf(service.authenticate(token)),
      pause(200).then(() => durationOf(service.authenticate(token))),
    ]);
    await server.queryInside(
      "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted",
    );
    network.healForNewConnections();
    // Its connection is lost as well, and would never be told so.
    void locker.end();
    await pause(2_000);

    (locker as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
    expect(Math.max(...durations)).toBeLessThan(LATEST_MS);
    expect(await rejections([service.authenticate(token), ...[1, 2, 3, 4].map(() => life(service))])).toEqual([]);
    await expect(service.revoke(id, { revoked_by: "user_1" })).resolves.toMatchObject({ id });
  });

  it.each([DEADLINE_MS, 3_000])(
    "at most one of ten sequential calls fails after idle connections were lost with callTimeout: %i",
    async (callTimeout) => {
      service = openService(server.url(), { ...CHEAP, callTimeout });
      await service.createApiKeys(SECRET);
      await rejections(Array.from({ length: 10 }, () => service.listApiKeys()));
      network.cut();
      await pause(1_500);
      network.healForNewConnections();
      let failed = 0;
      for (let round = 0; round < 10; round++) failed += (await rejections([service.listApiKeys()])).length;

      expect(failed).toBeLessThanOrEqual(1);
    },
  );

  it("none of forty parallel calls fails two seconds after idle connections were lost", async () => {
    service = openService(server.url(), IMPATIENT);
    await service.createApiKeys(SECRET);
    await rejections(Array.from({ length: 10 }, () => service.listApiKeys()));
    network.cut();
    await pause(500);
    network.healForNewConnections();
    await pause(2_000);

    expect(await rejections(Array.from({ length: 40 }, () => service.listApiKeys()))).toEqual([]);
  });

  it("a leased service accepts no key beyond its bound", async () => {
    service = await openLeased(server.url(), { ...IMPATIENT, maxStaleness: 500 });
    const { id, token } = await service.createApiKeys(SECRET);
    await warm(service, () => service.authenticate(token));
    network.cut();
    const inside = server.queryInside(`UPDATE api_key SET revoked_at = now() WHERE id = '${id}'`);
    await inside;
    await pause(500);

    expect(await outcomeOf(service, token)).toBe("failed");
    network.healForNewConnections();
    await until(async () => (await outcomeOf(service, token)) !== "failed");
    expect(await outcomeOf(service, token)).toBe("refused");
  });

  /** Starts a write, and cuts what the server answers to its commit. Resolves when the write is committed. */
  const losingAnswer = async <T>(write: () => Promise<T>, isCommitted: string): Promise<{ answer: Promise<T> }> => {
    await server.query(HOLD_COMMITS);
    const answer = write();
    answer.catch(() => undefined);
    await until(
      () => server.query("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"),
      ({ length }) => length > 0,
    );
    network.cutReplies();
    await server.queryInside("DELETE FROM held");
    await until(
      () => server.queryInside(`SELECT count(*) FROM api_key WHERE ${isCommitted}`),
      ([count]) => count === "1",
    );
    return { answer };
  };

  const WRITES: [string, (of: OurService, id: string) => Promise<unknown>, string][] = [
    ["creation", (of) => of.createApiKeys({ ...SECRET, title: "Found" }), "title = 'Found'"],
    ["change", (of, id) => of.updateApiKeys(id, { title: "Found" }), "title = 'Found'"],
    ["roll", (of, id) => of.rollApiKeys(id, { revoked_by: "user_1" }), "revoked_at IS NOT NULL"],
    ["revocation", (of, id) => of.revoke(id, { revoked_by: "user_1" }), "revoked_at IS NOT NULL"],
  ];

  it.each(WRITES)(
    "a %s whose response is lost succeeds once a connection passes (D18)",
    async (_, write, isCommitted) => {
      service = openService(server.url(), { ...CHEAP, callTimeout: 8_000 });
      const { id } = await service.createApiKeys(SECRET);
      const { answer } = await losingAnswer(() => write(service, id), isCommitted);
      network.healForNewConnections();

      await expect(answer).resolves.toBeDefined();
      expect(await server.queryInside(`SELECT count(*) FROM api_key WHERE ${isCommitted}`)).toEqual(["1"]);
    },
  );

  /** Deletes one of two keys, so that one is left when that is committed. */
  const losingDeletion = async (options: object) => {
    service = openService(server.url(), { ...CHEAP, ...options });
    const [{ id }] = await service.createApiKeys([SECRET, SECRET]);
    await service.revoke(id, { revoked_by: "user_1" });
    return losingAnswer(() => service.deleteApiKeys(id), "true");
  };

  it("a deletion whose response is lost succeeds once a connection passes (D18)", async () => {
    const { answer } = await losingDeletion({ callTimeout: 8_000 });
    network.healForNewConnections();

    await expect(answer).resolves.toBeUndefined();
  });

  it('a deletion with an unknown outcome rejects with outcome: "unknown" at callTimeout', async () => {
    const { answer } = await losingDeletion({ callTimeout: 3_000 });

    expect(await failureOf(answer)).toMatchObject({ type: "database_error", outcome: "unknown" });
  });

  it("the token of a roll whose response was lost is the stored one", async () => {
    service = openService(server.url(), { ...CHEAP, callTimeout: 8_000 });
    const { id } = await service.createApiKeys(SECRET);
    const roll = () => service.rollApiKeys(id, { revoked_by: "user_1" });
    const { answer } = await losingAnswer(roll, "revoked_at IS NOT NULL");
    network.healForNewConnections();
    const { created } = await answer;

    expect(await service.authenticate(created.token)).toMatchObject({ id: created.id });
  });

  it.each(WRITES)(
    'a %s with an unknown outcome rejects with outcome: "unknown" at callTimeout',
    async (_, write, isCommitted) => {
      service = openService(server.url(), { ...CHEAP, callTimeout: 3_000 });
      const { id } = await service.createApiKeys(SECRET);
      const { answer } = await losingAnswer(() => write(service, id), isCommitted);

      expect(await failureOf(answer)).toMatchObject({ type: "database_error", outcome: "unknown" });
    },
  );

  it("every connection has a keepalive timer and a limit on unacknowledged bytes", async () => {
    service = await openLeased(server.url(), { ...CHEAP, maxStaleness: 500 });
    await rejections(Array.from({ length: 10 }, () => service.listApiKeys()));
    // Pool, shared reads and listener; data in flight shows another timer for a moment.
    const timers = await until(
      () => {
        const sockets = execFileSync("ss", ["-tnoH", "state", "established", "dst", `${server.host}:${server.port}`]);
        return String(sockets).trim().split("\n");
      },
      (lines) => lines.length >= 3 && lines.every((line) => !/timer:\(on,/.test(line)),
    );

    expect(timers.filter((line) => !line.includes("timer:(keepalive,"))).toEqual([]);
  });
});
