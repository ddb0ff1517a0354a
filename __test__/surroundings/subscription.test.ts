// A table that a subscription of logical replication fills.

import { PostgresServer } from "../../harness/postgres.js";
import { openLeased, warm } from "../support/leased";
import { openService } from "../support/ours";
import { type OurService, PUBLISHABLE, SECRET } from "../support/service";
import { CHEAP, outcomeOf } from "../support/surroundings";
import { until } from "../support/until";

describe("[postgres] On a subscriber of logical replication", () => {
  let publisher: PostgresServer;
  let subscriber: PostgresServer;
  let origin: OurService;
  let service: OurService;

  beforeAll(async () => {
    publisher = await PostgresServer.create();
    subscriber = await PostgresServer.create();
    origin = openService(publisher.url(), CHEAP);
    await origin.migrate();
    service = await openLeased(subscriber.url(), CHEAP);
    await publisher.query("CREATE PUBLICATION keys FOR TABLE api_key");
    const source = `host=${publisher.host} port=${publisher.port} user=postgres password=''correct horse'' dbname=postgres`;
    await subscriber.query(`CREATE SUBSCRIPTION keys CONNECTION '${source}' PUBLICATION keys`);
  });
  afterAll(async () => {
    await service?.close();
    await origin?.close();
    await subscriber?.query("DROP SUBSCRIPTION IF EXISTS keys");
    await subscriber?.remove();
    await publisher?.remove();
  });

  it.each<[string, (id: string) => Promise<unknown>]>([
    ["revoked", (id) => origin.revoke(id, { revoked_by: "user_1" })],
    ["soft-deleted", (id) => origin.softDeleteApiKeys(id)],
    ["revoked and deleted", (id) => origin.revoke(id, { revoked_by: "user_1" }).then(() => origin.deleteApiKeys(id))],
    ["truncated with its table", () => publisher.query("TRUNCATE api_key")],
    ["revoked with 500 others in one statement", () => publisher.query("UPDATE api_key SET revoked_at = now()")],
  ])("rejects a key that was %s on the publisher once the change is applied", async (_, end) => {
    const [{ id, token }] = await origin.createApiKeys([SECRET]);
    await origin.createApiKeys(Array.from({ length: 500 }, () => PUBLISHABLE));
    await until(async () => (await outcomeOf(service, token)) === "accepted");
    const { lease } = await service.status();
    // A service that holds no lease on a subscriber, and says so, is as good.
    if (lease?.held) await warm(service, () => service.authenticate(token));
    await end(id);
    await until(async () => {
      const [row] = await subscriber.query(
        "SELECT 1 FROM api_key WHERE id = $1 AND revoked_at IS NULL AND deleted_at IS NULL",
        [id],
      );
      return row === undefined;
    });
    // The bound begins when the subscriber committed.
    await new Promise((resolve) => setTimeout(resolve, lease?.maxStalenessMs));

    expect(await outcomeOf(service, token)).toBe("refused");
  });
});
