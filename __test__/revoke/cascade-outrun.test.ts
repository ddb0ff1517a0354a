// A cascade beside writers that create keys faster than it ends them.

import pg from "pg";
import { type Implementation, STARTERS } from "../support/implementations";
import { type OurService, PUBLISHABLE } from "../support/service";
import { until } from "../support/until";

const MANY = 1_001;
const BY = { revoked_by: "user_1", cascade: true } as const;

/** Inserts copies of the key `root`, without a lock on their creator, as stock does. */
const insert = (creator: string, id: string, count: number) => `INSERT INTO api_key SELECT made.* FROM
  generate_series(1, ${count}) AS n, api_key AS root, jsonb_populate_record(root, jsonb_build_object(
    'id', '${id}' || n, 'token', 'pk_${id}' || n, 'created_by', '${creator}', 'token_digest', NULL)) AS made
  WHERE root.id = 'root'`;

describe("[postgres] A cascade that is outrun", () => {
  let ours: Implementation<OurService>;
  let clients: pg.Client[];

  beforeEach(async () => {
    ours = await STARTERS.postgres({ hashing: "sha256" });
    clients = Array.from({ length: 3 }, () => new pg.Client({ connectionString: ours.url }));
    await Promise.all(clients.map((client) => client.connect()));
  });
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.end()));
    await ours.stop();
  });

  it("is repeated while all other writers wait, and reads do not (M16)", async () => {
    const [creator, stock, observer] = clients as [pg.Client, pg.Client, pg.Client];
    const waitsFor = async (event: string) =>
      until(async () => {
        const waiting = `SELECT 1 FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = '${event}'`;
        return (await observer.query(waiting)).rowCount === 1;
      });
    await ours.service.createApiKeys({ ...PUBLISHABLE, id: "root" });
    await creator.query("BEGIN; SELECT 1 FROM api_key WHERE id = 'root' FOR UPDATE");
    await creator.query(insert("root", "child", MANY));
    await stock.query("BEGIN");
    await stock.query(insert("user_1", "other", 1));

    const ended = ours.service.revoke("root", BY);
    await waitsFor("transactionid");
    await creator.query("COMMIT");
    await waitsFor("relation");
    expect(await ours.service.retrieveApiKey("root")).toMatchObject({ revoked_at: null });
    await stock.query(insert("child1", "grandchild", 1));
    await stock.query("COMMIT");

    expect(await ended).toHaveLength(1 + MANY + 1);
    const live = await ours.service.listApiKeys({ revoked_at: null });
    expect(live.map(({ id }) => id)).toEqual(["other1"]);
  });
});
