// Servers and networks that fall silent without breaking a connection.

import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import pg from "pg";
import { failureOf } from "../support/failures";
import { openService } from "../support/ours";
import { createPostgresDatabase, type PostgresDatabase } from "../support/postgres";
import { type RunningProxy, startProxy } from "../support/proxy";

describe("[postgres] A server that never responds", () => {
  it("gets one connection attempt for all waiting calls and one more for the next call", async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => void sockets.push(socket.on("error", () => undefined).resume()));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `postgres://me:secret@127.0.0.1:${(server.address() as AddressInfo).port}/db`;
    const service = openService(url, { pool: { acquireTimeoutMs: 1_000 } });
    const failures = await Promise.all(Array.from({ length: 12 }, () => failureOf(service.listApiKeys())));

    for (const failure of failures) expect(failure).toMatchObject({ type: "database_error" });
    expect(sockets).toHaveLength(1);
    expect(await failureOf(service.listApiKeys())).toMatchObject({ type: "database_error" });
    expect(sockets).toHaveLength(2);
    await service.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
});

describe("[postgres] close()", () => {
  let database: PostgresDatabase;
  let proxy: RunningProxy;

  beforeEach(async () => {
    database = await createPostgresDatabase();
    proxy = await startProxy(database.url, "refused");
  });
  afterEach(async () => {
    await proxy.stop();
    await database.drop();
  });

  it.each(["listApiKeys", "deleteApiKeys"] as const)(
    "returns although the server never responds to %s",
    async (name) => {
      const service = openService(proxy.url, { pool: { max: 2, acquireTimeoutMs: 1_000 } });
      await service.listApiKeys();
      const other = new pg.Client({ connectionString: database.url });
      await other.connect();
      await other.query("BEGIN");
      await other.query("LOCK TABLE api_key IN ACCESS EXCLUSIVE MODE");
      const stuck = failureOf(name === "listApiKeys" ? service.listApiKeys() : service.deleteApiKeys("apk_1"));
      const waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
      while ((await database.query(waiting)).length === 0);
      proxy.swallow();
      await other.query("COMMIT");
      await other.end();

      await service.close();
      expect(await failureOf(service.listApiKeys())).toMatchObject({ type: "unexpected_state" });
      await proxy.stop();
      expect(await stuck).toMatchObject({ __isMedusaError: true });
    },
  );
});
