// How stock revokes.

import { failureOf } from "../support/failures";
import { describeStock } from "../support/implementations";
import { createPostgresDatabase } from "../support/postgres";
import { PUBLISHABLE, SECRET } from "../support/service";
import { startStock } from "../support/stock";
import { after, inTimeZone, stopClock } from "../support/time";

const NOW = new Date("2030-06-07T06:07:08.009Z");

const by = (revoked_by: string) => ({ revoked_by });

describeStock("Stock's revoke", (current) => {
  afterEach(() => jest.useRealTimers());

  it.each<[string, string, number, number]>([
    ["forward", "2030-03-31T00:30:00.000Z", 2 * 3600, 3600],
    ["back", "2030-10-27T00:30:00.000Z", 3600, 2 * 3600],
  ])("adds revoke_in to the local time even when the clocks go %s meanwhile (A40)", async (_, now, asked, elapsed) => {
    await inTimeZone("Europe/Berlin", async () => {
      stopClock(now);
      const { id } = await current().service.createApiKeys(PUBLISHABLE);

      expect(await current().service.revoke(id, { ...by("user_1"), revoke_in: asked })).toMatchObject({
        revoked_at: after(now, elapsed),
      });
    });
  });

  it("ignores members that resemble an expiry or a scope (S22)", async () => {
    const more = { expires_at: 1, ttl: 1, scopes: ["read"], revokeIn: 60, metadata: {} };
    const { id } = await current().service.createApiKeys({ ...PUBLISHABLE, ...more });
    await current().service.updateApiKeys(id, { title: "New", ...more });
    await current().service.upsertApiKeys({ id, title: "Newer", ...more });

    expect(await current().service.retrieveApiKey(id)).toMatchObject({ revoked_at: null, title: "Newer" });
    stopClock(NOW);
    expect(await current().service.revoke(id, { ...by("user_1"), ...more })).toMatchObject({ revoked_at: NOW });
  });

  it("revokes a revoked publishable key again, even in the future (S8)", async () => {
    const { id } = await current().service.createApiKeys(PUBLISHABLE);
    await current().service.revoke(id, by("user_1"));
    const again = await current().service.revoke(id, { ...by("user_2"), revoke_in: 3600 });

    expect(again.revoked_by).toBe("user_2");
    expect(again.revoked_at?.getTime()).toBeGreaterThan(Date.now());
  });

  it("revokes a secret key twice in one millisecond (S8)", async () => {
    stopClock(NOW);
    const { id } = await current().service.createApiKeys(SECRET);
    await current().service.revoke(id, by("user_1"));

    expect(await current().service.revoke(id, by("user_2"))).toMatchObject({ revoked_by: "user_2" });
  });

  it("lets all parallel revocations of one secret key succeed (S8)", async () => {
    stopClock(NOW);
    const { id } = await current().service.createApiKeys(SECRET);
    const answers = await Promise.all(["a", "b", "c"].map((who) => current().service.revoke(id, by(who))));

    expect(answers.map((key) => key.revoked_by)).toEqual(["a", "b", "c"]);
  });

  it.each<[string, unknown, string]>([
    ["concatenates a string", "60", "2030-06-07T06:21:20.009Z"],
    ["concatenates an array", [60], "2030-06-07T06:21:20.009Z"],
    ["cuts fractions", 1.9, "2030-06-07T06:07:09.009Z"],
    ["treats true as one second", true, "2030-06-07T06:07:09.009Z"],
    ["treats a negative number as now", -60, NOW.toISOString()],
    ["treats NaN as now", Number.NaN, NOW.toISOString()],
  ])("%s in revoke_in (S11)", async (_, revoke_in, revoked_at) => {
    stopClock(NOW);
    const { id } = await current().service.createApiKeys(PUBLISHABLE);

    expect(await current().service.revoke(id, { ...by("user_1"), revoke_in })).toMatchObject({
      revoked_at: new Date(revoked_at),
    });
  });

  it.each([1e12, 1e20, Number.POSITIVE_INFINITY])("passes %p in revoke_in to the driver (S11)", async (revoke_in) => {
    const { id } = await current().service.createApiKeys(PUBLISHABLE);

    expect((await failureOf(current().service.revoke(id, { ...by("user_1"), revoke_in }))).name).toBe(
      "DriverException",
    );
  });

  it("lets a revoked key be the creator of a key, and revokes nothing that it created (M16)", async () => {
    const { id } = await current().service.createApiKeys(SECRET);
    const child = await current().service.createApiKeys({ ...SECRET, created_by: id });
    await current().service.revoke(id, { ...by("user_1"), cascade: true });

    expect(await current().service.retrieveApiKey(child.id)).toMatchObject({ revoked_at: null });
    expect(await current().service.createApiKeys({ ...SECRET, created_by: id })).toMatchObject({ created_by: id });
  });

  it("ignores dry_run, so that it revokes the key (M16)", async () => {
    const { id } = await current().service.createApiKeys(SECRET);
    const revoked = await current().service.revoke(id, { ...by("user_1"), dry_run: true });

    expect(revoked.revoked_at).toBeInstanceOf(Date);
  });

  it("stores and returns a secret token as the name of who creates or revokes a key (M23)", async () => {
    const { token } = await current().service.createApiKeys(SECRET);
    const { id } = await current().service.createApiKeys({ ...SECRET, created_by: token });
    await current().service.revoke(id, by(token));

    expect(await current().service.retrieveApiKey(id)).toMatchObject({ created_by: token, revoked_by: token });
  });

  it("has no revokeToken (M17)", () => {
    expect(current().service).not.toHaveProperty("revokeToken");
  });

  it("requires revoked_by, and rollApiKeys, create and list do not exist (M1, M4)", async () => {
    const { id } = await current().service.createApiKeys(SECRET);
    const service = current().service as unknown as Record<string, unknown>;

    await expect(current().service.revoke(id, undefined as never)).rejects.toThrow(/^You must provide a revoked_by/);
    expect([typeof service.create, typeof service.list, typeof service.rollApiKeys]).toEqual(
      Array(3).fill("undefined"),
    );
  });
});

describe("[stock] Stock's revoke, with more parallel calls than connections,", () => {
  it("needs two connections per call until none is left and calls fail (S7)", async () => {
    const database = await createPostgresDatabase();
    const stock = await startStock(database.url, { min: 0, max: 2, acquireTimeoutMillis: 2_000 });
    const ids = Array.from({ length: 6 }, (_, index) => `apk_${index}`);
    await stock.service.createApiKeys(ids.map((id) => ({ ...PUBLISHABLE, id })));
    const outcomes = await Promise.allSettled(ids.map((id) => stock.service.revoke(id, by("user_1"))));
    const failures = outcomes.filter((outcome) => outcome.status === "rejected");

    expect(failures.length).toBeGreaterThan(0);
    for (const { reason } of failures) expect(`${reason.message}`).toMatch(/[Tt]imeout/);
    await stock.stop();
    await database.drop();
  });
});
