// PgBouncer in each of its modes.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cliOn } from "../cli/program";
import { expectFailure } from "../support/failures";
import { untilHeld, warm } from "../support/leased";
import { type OurService, PUBLISHABLE, SECRET } from "../support/service";
import { CHEAP, durationOf, outcomeOf, rejections, revokeBySql, withClient } from "../support/surroundings";
import { until } from "../support/until";
import { usePooler } from "./pooled";

const LEASED = { ...CHEAP, maxStaleness: 500 };

const pooled = usePooler();
const open = pooled.open;

describe.each(["session", "transaction"] as const)("[postgres] Behind PgBouncer in %s mode", (mode) => {
  beforeEach(async () => {
    await pooled.start(mode, { default_pool_size: mode === "session" ? 20 : 2 });
  });

  it("serves every method, with PgBouncer's default settings (D19)", async () => {
    const service = open();
    await service.migrate();
    const { id, token } = await service.createApiKeys(SECRET);
    expect(await service.authenticate(token)).toMatchObject({ id });
    await service.updateApiKeys(id, { title: "Another" });
    const { created } = await service.rollApiKeys(id, { revoked_by: "user_1" });
    expect(await service.authenticate(token)).toBe(false);
    await service.softDeleteApiKeys(created.id);
    await service.restoreApiKeys(created.id);
    await service.revoke(created.id, { revoked_by: "user_1" });
    await service.deleteApiKeys([id, created.id]);

    expect(await service.listAndCountApiKeys()).toEqual([[], 0]);
  });

  it("the command doctor finds the pooler, and no problem", async () => {
    const folder = mkdtempSync(join(tmpdir(), "medusa-api-key-native-options-"));
    const file = join(folder, "options.json");
    writeFileSync(file, JSON.stringify({ pooler: mode }));
    const told = await cliOn(pooled.pooler.url).json("doctor", "--options", file);
    const detected = await cliOn(pooled.pooler.url).json("doctor");
    rmSync(folder, { recursive: true });

    expect([told.exitCode, detected.exitCode]).toEqual([0, 0]);
    const state = mode === "session" ? "ok" : "note";
    expect(told.value.checks).toContainEqual(expect.objectContaining({ check: "pooler", state }));
    expect(detected.value.checks).toContainEqual(
      expect.objectContaining({ check: "pooler", state: "note", message: expect.stringContaining("transaction mode") }),
    );
    expect(detected.value.checks).toContainEqual(
      expect.objectContaining({ message: "The pooler's connection to the server is not encrypted." }),
    );
  });

  it("serves all parallel calls of two services", async () => {
    const [one, other] = [open(), open()];
    const work = async (service: OurService) => {
      for (let round = 0; round < 5; round++) {
        const { id, token } = await service.createApiKeys(SECRET);
        await service.authenticate(token);
        await service.listApiKeys({ id });
        await service.revoke(id, { revoked_by: "user_1" });
        expect(await service.authenticate(token)).toBe(false);
      }
    };

    expect(await rejections([one, other, one, other, one, other].map(work))).toEqual([]);
  });
});

describe("[postgres] Behind PgBouncer in transaction mode", () => {
  beforeEach(async () => {
    await pooled.start("transaction", { default_pool_size: 2 });
  });

  it("holds no lease, names the pooler and rejects a revoked key immediately", async () => {
    const service = open(LEASED);
    const { id, token } = await service.createApiKeys(SECRET);
    expect(await outcomeOf(service, token)).toBe("accepted");
    const { lease } = await until(
      () => service.status(),
      (status) => status.lease !== null && !/not begun/.test(status.lease.reason ?? ""),
    );
    await revokeBySql(pooled.database.url, id);

    expect(await outcomeOf(service, token)).toBe("refused");
    expect(lease).toMatchObject({ held: false, reason: expect.stringMatching(/pooler/) });
  });

  it("leaves no LISTEN on the server's sessions", async () => {
    const service = open(LEASED);
    const { token } = await service.createApiKeys(SECRET);
    // Long enough to have begun to listen, were it to.
    for (let round = 0; round < 200; round++) await service.authenticate(token);
    await service.close();

    const channels = async () => {
      // Both of the pooler's sessions at once: neither answers twice.
      const found = await Promise.all(
        [1, 2].map(() =>
          withClient(pooled.pooler.url, async (client) => {
            await client.query("BEGIN; SELECT pg_sleep(0.3)");
            const { rows } = await client.query("SELECT pg_listening_channels()");
            await client.query("COMMIT");
            return rows;
          }),
        ),
      );
      return found.flat();
    };
    expect(await channels()).toEqual([]);
  });

  it("no call rejects while its server session receives notifications for another client", async () => {
    const service = open();
    await service.migrate();
    // Both of the pooler's sessions listen from now on, for every client.
    await Promise.all(
      [1, 2].map(() =>
        withClient(pooled.pooler.url, (client) => client.query("BEGIN; LISTEN noise; SELECT pg_sleep(0.3); COMMIT")),
      ),
    );
    let stopped = false;
    const noise = withClient(pooled.database.url, async (client) => {
      while (!stopped) await client.query("NOTIFY noise, 'a notification for another client'");
    });
    const failed: unknown[] = [];
    for (let round = 0; round < 30; round++) {
      failed.push(
        ...(await rejections([
          service.createApiKeys(SECRET).then(({ id }) => service.rollApiKeys(id, { revoked_by: "user_1" })),
          service.authenticate(`sk_${"0".repeat(64)}`),
          service.listAndCountApiKeys({}, { take: 5 }),
        ])),
      );
    }
    stopped = true;
    await noise;

    expect(failed).toEqual([]);
  });

  it("no call of another service rejects while keys change that a service with maxStaleness listens for", async () => {
    const [leased, plain] = [open(LEASED), open()];
    await leased.listApiKeys();
    const { id: noisy } = await plain.createApiKeys(PUBLISHABLE);
    const noise = withClient(pooled.database.url, async (client) => {
      for (let round = 0; round < 300; round++) {
        await client.query("UPDATE api_key SET title = $1 WHERE id = $2", [`Title ${round}`, noisy]);
      }
    });
    const outcomes: string[] = [];
    for (let round = 0; round < 20; round++) {
      await leased.createApiKeys(PUBLISHABLE);
      const { id } = await plain.createApiKeys(SECRET);
      const rejected = await plain.rollApiKeys(id, { revoked_by: "user_1" }).then(
        () => false,
        () => true,
      );
      const [row] = await pooled.database.query<{ ended: boolean }>(
        "SELECT revoked_at IS NOT NULL AS ended FROM api_key WHERE id = $1",
        [id],
      );
      if (rejected) outcomes.push(row?.ended ? "rejected, and committed" : "rejected");
    }
    await noise;

    expect(outcomes).toEqual([]);
  });
});

describe("[postgres] Behind PgBouncer in session mode", () => {
  beforeEach(async () => {
    await pooled.start("session");
  });

  it('holds a lease with pooler: "session" and rejects a revoked key within the bound', async () => {
    const service = open({ ...LEASED, pooler: "session" });
    const { id, token } = await service.createApiKeys(SECRET);
    await untilHeld(service);
    await warm(service, () => service.authenticate(token));
    await revokeBySql(pooled.database.url, id);
    await until(async () => (await outcomeOf(service, token)) === "refused");

    expect((await service.status()).lease).toMatchObject({ held: true });
  });
});

describe("[postgres] Behind PgBouncer in statement mode", () => {
  it("the first call is rejected with the mode and the setting to change (D19)", async () => {
    await pooled.start("statement");

    await expectFailure(open().createApiKeys(SECRET), "database_error", /statement.*(transaction|session)/s);
  });
});

describe("[postgres] Behind a PgBouncer without free connections", () => {
  beforeEach(async () => {
    await pooled.start("transaction", { default_pool_size: 2 });
  });

  it("every call ends at callTimeout, and calls succeed once a connection is free", async () => {
    const service = open({ ...CHEAP, callTimeout: 1_000 });
    const { id, token } = await service.createApiKeys(SECRET);
    let leave: () => void = () => undefined;
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const occupied: Promise<unknown>[] = [];
    const occupants = [1, 2].map(() =>
      withClient(pooled.pooler.url, async (client) => {
        const begun = client.query("BEGIN; SELECT 1");
        occupied.push(begun);
        await begun;
        await left;
      }),
    );
    await until(() => occupied.length === 2);
    await Promise.all(occupied);

    const durations = await Promise.all(
      Array.from({ length: 12 }, () => durationOf(service.listApiKeys())).concat(
        durationOf(service.authenticate(token)),
        durationOf(service.revoke(id, { revoked_by: "user_1" })),
      ),
    );
    leave();
    await Promise.all(occupants);

    expect(Math.max(...durations)).toBeLessThan(4_000);
    await until(async () => (await rejections([service.listApiKeys()])).length === 0);
    expect(await rejections(Array.from({ length: 12 }, () => service.listApiKeys()))).toEqual([]);
  });
});
