// A Medusa server that is told to end while it works, and what is there when it starts again.

import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "./client";
import { openShop, SHOP_TIMEOUT_MS, type Shop } from "./shop";

const CALLERS = 8;
const ENOUGH = 40;

describe("[postgres] A Medusa server that is stopped under load", () => {
  let shop: Shop;
  let client: Client;
  let how: number | NodeJS.Signals | null;
  let connected: unknown[];
  const answered: { id: string; token: string }[] = [];

  beforeAll(async () => {
    shop = await openShop({ apiKeys: "ours" });
    client = new Client("ours", shop.url);
    let stopped: Promise<unknown> | undefined;
    const create = async () => {
      for (;;) {
        const key = { title: "Under load", type: "secret", created_by: "tests" };
        const { answer } = await client.inside("service", { method: "createApiKeys", args: [key] });
        answered.push(answer);
        if (answered.length >= ENOUGH) stopped ??= shop.stop();
      }
    };
    // Each ends with the first call that the server does not answer any more.
    await Promise.allSettled(Array.from({ length: CALLERS }, create));
    how = (await stopped) as typeof how;
    connected = await connections();
    await shop.start();
  }, SHOP_TIMEOUT_MS);

  afterAll(() => shop.remove(), SHOP_TIMEOUT_MS);

  // A session outlives the end of its connection by a moment, so it is asked for until there is none.
  async function connections(): Promise<unknown[]> {
    const sql = `SELECT pid, query FROM pg_stat_activity
      WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`;
    for (let turn = 0; turn < 100; turn++) {
      const rows = await shop.database.query(sql);
      if (rows.length === 0) return [];
      await sleep(50);
    }
    return shop.database.query(sql);
  }

  it("exits successfully", () => {
    expect(how).toBe(0);
  });

  it("leaves no connection to the database", () => {
    expect(connected).toEqual([]);
  });

  it("loses no acknowledged key", async () => {
    const rows = await shop.database.query<{ id: string }>("SELECT id FROM api_key WHERE title = 'Under load'");
    const stored = new Set(rows.map(({ id }) => id));

    expect(answered.length).toBeGreaterThanOrEqual(ENOUGH);
    expect(answered.filter(({ id }) => !stored.has(id))).toEqual([]);
  });

  it("accepts all acknowledged keys after a restart", async () => {
    for (const { token } of answered) {
      await client.send(200, "GET", "/admin/regions?limit=1", { headers: { Authorization: `Basic ${token}` } });
    }
    expect(client.exchanges).toHaveLength(answered.length);
  });
});
