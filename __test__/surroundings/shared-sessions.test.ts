// A lease behind PgBouncer with an option that is wrong: it shares sessions.

import { type OurService, PUBLISHABLE, SECRET } from "../support/service";
import { CHEAP, outcomeOf, revokeBySql, withClient } from "../support/surroundings";
import { usePooler } from "./pooled";

const LEASED = { ...CHEAP, maxStaleness: 500 };

const pooled = usePooler();
const open = pooled.open;

describe('[postgres] With pooler: "session", although PgBouncer shares sessions', () => {
  it.each<[string, () => Promise<void>, () => Promise<void>]>([
    [
      "from the beginning",
      async () => {
        await pooled.start("transaction", { default_pool_size: 1 });
      },
      async () => undefined,
    ],
    [
      "after a reload",
      async () => {
        await pooled.start("session");
      },
      () => pooled.pooler.switchTo("transaction"),
    ],
  ])("no key is accepted beyond the bound, %s", async (_, start, change) => {
    await start();
    const service = open({ ...LEASED, pooler: "session" });
    const keys = await service.createApiKeys(Array.from({ length: 6 }, () => SECRET));
    const { id: noisy } = await service.createApiKeys(PUBLISHABLE);
    const noise = new Noise(noisy);
    try {
      // Long enough for a first lease.
      await new Promise((resolve) => setTimeout(resolve, 2 * LEASED.maxStaleness));
      for (const { token } of keys) await outcomeOf(service, token);
      await change();
      const late: string[] = [];
      for (const { id, token } of keys) {
        for (let call = 0; call < 20; call++) await outcomeOf(service, token);
        if (await isAcceptedLate(service, id, token)) late.push(id);
      }
      expect(late).toEqual([]);
    } finally {
      await noise.stop();
    }
  });

  /** Changes a key all the time. Some of the notifications arrive while the listener has a session, others are dropped. */
  class Noise {
    private stopped = false;
    private readonly changes: Promise<void>;

    constructor(id: string) {
      this.changes = withClient(pooled.database.url, async (client) => {
        for (let round = 0; !this.stopped; round++) {
          await client.query("UPDATE api_key SET title = $1 WHERE id = $2", [`Title ${round}`, id]);
        }
      });
    }

    stop(): Promise<void> {
      this.stopped = true;
      return this.changes;
    }
  }

  /** Revokes a key and returns whether a call accepted it that began later than the bound. */
  async function isAcceptedLate(service: OurService, id: string, token: string): Promise<boolean> {
    await revokeBySql(pooled.database.url, id);
    const committed = performance.now();
    for (let start = committed; start < committed + 3 * LEASED.maxStaleness; start = performance.now()) {
      const outcome = await outcomeOf(service, token);
      if (outcome === "accepted" && start > committed + LEASED.maxStaleness) return true;
      if (outcome === "refused") return false;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    return false;
  }
});
