// A server whose processes crash and recover under the same postmaster gives the number of a lost transaction to another one.

import { PostgresServer } from "../../harness/postgres.js";
import { openService } from "../support/ours";
import { type OurService, PUBLISHABLE } from "../support/service";
import { until } from "../support/until";

/** A commit of a key with this title takes a minute. */
const SLOW = "slow";

const SLOW_COMMITS = `
  CREATE FUNCTION wait_when_slow() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN IF NEW.title = '${SLOW}' THEN PERFORM pg_sleep(60); END IF; RETURN NULL; END $$;
  CREATE CONSTRAINT TRIGGER slow_commit AFTER UPDATE ON api_key DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION wait_when_slow()`;

describe("[postgres] After a crash of the server", () => {
  let server: PostgresServer;
  let service: OurService;

  beforeAll(async () => {
    // Only a commit writes the log to its file, so a crash loses what an open transaction has written.
    const settings = { wal_writer_delay: "10s", wal_level: "minimal", max_wal_senders: "0", autovacuum: "off" };
    server = await PostgresServer.create({ settings });
    service = openService(server.url(), { callTimeout: 5_000 });
    await service.migrate();
    await server.query(SLOW_COMMITS);
  });
  afterAll(async () => {
    await service?.close();
    await server?.remove();
  });

  it("a change that was lost is not acknowledged, although another transaction has its number", async () => {
    const { id, title } = await service.createApiKeys(PUBLISHABLE);
    await server.query("CHECKPOINT");
    const change = service.updateApiKeys(id, { title: SLOW }).then(
      () => "acknowledged",
      (error) => error,
    );
    const [commit] = await until(
      () => server.query("SELECT pid, backend_xid::text AS xid FROM pg_stat_activity WHERE wait_event = 'PgSleep'"),
      (rows) => rows.length === 1,
    );
    process.kill(commit.pid, "SIGKILL");
    const next = () => server.query("SELECT txid_current()::text AS xid").catch(() => []);
    const [first] = await until(next, (rows) => rows.length === 1);
    expect(Number(first.xid)).toBeLessThanOrEqual(Number(commit.xid));
    await until(next, ([row]) => Number(row?.xid) > Number(commit.xid));

    await expect(change).resolves.toMatchObject({ type: "database_error" });
    expect(await server.query("SELECT title FROM api_key")).toEqual([{ title }]);
  });

  it("a role that may not read the server's last checkpoint can write", async () => {
    await server.query("REVOKE EXECUTE ON FUNCTION pg_control_checkpoint() FROM PUBLIC");
    await server.query("CREATE ROLE writer LOGIN PASSWORD 'writer'; GRANT SELECT, INSERT, UPDATE ON api_key TO writer");
    const url = new URL(server.url());
    [url.username, url.password] = ["writer", "writer"];
    const restricted = openService(url.href, { migrate: false });
    const { id } = await restricted.createApiKeys(PUBLISHABLE);

    await expect(restricted.updateApiKeys(id, { title: "changed" })).resolves.toMatchObject({ title: "changed" });
    await restricted.close();
  });
});
