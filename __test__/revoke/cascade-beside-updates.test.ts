// A cascade that waits for transactions that change the keys it ends: none of them survives.

import pg from "pg";
import { openService } from "../support/ours";
import { createPostgresDatabase, type PostgresDatabase } from "../support/postgres";
import { type OurService, SECRET } from "../support/service";
import { until } from "../support/until";

const BY = { revoked_by: "user_1", cascade: true };

describe("[postgres] A cascade that waits for a transaction that changes", () => {
  let database: PostgresDatabase;
  let service: OurService;
  let other: pg.Client;

  beforeAll(async () => {
    database = await createPostgresDatabase();
    service = openService(database.url, { hashing: "sha256" });
    await service.migrate();
    other = new pg.Client({ connectionString: database.url });
    await other.connect();
  });
  afterAll(async () => {
    await other?.end();
    await service?.close();
    await database?.drop();
  });

  /** A root, its 1,500 children, and one grandchild, and the ids of all. */
  async function family() {
    const root = await service.createApiKeys(SECRET);
    const of = (created_by: string) => ({ ...SECRET, created_by });
    const children = await service.createApiKeys(Array.from({ length: 1_500 }, () => of(root.id)));
    const grandchild = await service.createApiKeys(of(children[700]?.id ?? ""));
    return { root: root.id, children: children.map(({ id }) => id), grandchild: grandchild.id };
  }

  const isWaiting = async () => {
    const waiting = await database.query("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
    return waiting.length > 0;
  };

  type Family = Awaited<ReturnType<typeof family>>;
  it.each<[string, string, (keys: Family) => string[]]>([
    ["the root", "title = 'Another'", ({ root }) => [root]],
    ["a child", "last_used_at = now()", ({ children }) => children.slice(1, 2)],
    ["the grandchild", "created_by = created_by || ''", ({ grandchild }) => [grandchild]],
    ["all but the root", "title = 'Another'", ({ children, grandchild }) => [...children, grandchild]],
    ["a planned end", "revoked_at = now() + interval '1 day'", ({ root, children }) => [root, ...children.slice(0, 9)]],
  ])("%s ends it, too (M16)", async (_, change, changed) => {
    const keys = await family();
    await other.query("BEGIN");
    await other.query(`UPDATE api_key SET ${change} WHERE id = ANY($1)`, [changed(keys)]);
    const cascade = service.revoke(keys.root, BY);
    await until(isWaiting, (waiting) => waiting);
    await other.query("COMMIT");
    const ended = (await cascade) as unknown as { id: string }[];

    const all = [keys.root, ...keys.children, keys.grandchild].sort();
    expect(ended.map(({ id }) => id).sort()).toEqual(all);
    const [live] = await database.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM api_key WHERE revoked_at IS NULL OR token_digest NOT LIKE '!%' OR revoked_at > now()`,
    );
    expect(live?.count).toBe(0);
  });
});
