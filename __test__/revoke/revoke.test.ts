// Revocations.

import { expectFailure } from "../support/failures";
import { describeEverywhere, describeOurs } from "../support/implementations";
import { PUBLISHABLE, SECRET, untyped } from "../support/service";
import { stopClock } from "../support/time";

const NOW = new Date("2030-06-07T06:07:08.009Z");
const BY = { revoked_by: "user_2" };

describeEverywhere("revoke", (current) => {
  beforeEach(async () => {
    stopClock(NOW);
    await current().service.createApiKeys([
      { ...SECRET, id: "apk_s1", created_at: new Date("2029-01-01"), updated_at: new Date("2029-01-01") },
      { ...SECRET, id: "apk_s2" },
      { ...PUBLISHABLE, id: "apk_p1" },
    ]);
  });
  afterEach(() => jest.useRealTimers());

  it("returns the key with revoked_at set to now and the given revoked_by", async () => {
    const key = await current().service.revoke("apk_s1", BY);

    expect(Object.keys(key)).toEqual(current().columns);
    expect(key).toMatchObject({
      ...{ id: "apk_s1", token: "", revoked_by: "user_2", revoked_at: NOW, updated_at: NOW },
      ...{ created_at: new Date("2029-01-01"), created_by: SECRET.created_by, title: SECRET.title, deleted_at: null },
    });
    expect(await current().service.retrieveApiKey("apk_s1")).toStrictEqual(key);
  });

  it("returns the token of a publishable key", async () => {
    expect(await current().service.revoke("apk_p1", BY)).toMatchObject({ token: expect.stringMatching(/^pk_/) });
  });

  it("changes no other key", async () => {
    const before = await current().service.listApiKeys({ id: ["apk_s2", "apk_p1"] });
    await current().service.revoke("apk_s1", BY);

    expect(await current().service.listApiKeys({ id: ["apk_s2", "apk_p1"] })).toEqual(before);
  });

  it("revokes all keys that a selector matches and returns them ordered by id", async () => {
    const keys = await current().service.revoke({ id: ["apk_s2", "apk_p1", "apk_nope"] }, BY);

    expect(keys.map((key) => [key.id, key.revoked_at])).toEqual([
      ["apk_p1", NOW],
      ["apk_s2", NOW],
    ]);
    expect(await current().service.retrieveApiKey("apk_s1")).toMatchObject({ revoked_at: null });
  });

  it("revokes every key for an empty selector", async () => {
    expect(await current().service.revoke({}, BY)).toHaveLength(3);
  });

  it("returns an empty array when a selector matches nothing, even with invalid data", async () => {
    expect(await current().service.revoke({ id: "apk_nope" }, {})).toEqual([]);
  });

  it("rejects a secret key that is already revoked, together with the other keys of the call", async () => {
    await current().service.createApiKeys({
      ...SECRET,
      id: "apk_old",
      revoked_at: new Date("2030-01-01"),
      revoked_by: "user_1",
    });
    const before = await current().table();

    await expectFailure(
      current().service.revoke("apk_old", BY),
      "invalid_data",
      "There are 1 secret keys that are already revoked.",
    );
    await expectFailure(
      current().service.revoke({ type: "secret" }, BY),
      "invalid_data",
      "There are 1 secret keys that are already revoked.",
    );
    expect(await current().table()).toEqual(before);
  });

  it("writes and publishes nothing when the same revocation is already scheduled", async () => {
    const { service, emitted, table } = current();
    const { id } = await service.createApiKeys(PUBLISHABLE);
    const revoked = await service.revoke(id, { ...BY, revoke_in: 60 });
    const before = await table();
    emitted.length = 0;
    jest.setSystemTime(NOW.getTime() + 20_000);

    await expect(service.revoke({ id }, { ...BY, revoke_in: 40 })).resolves.toEqual([revoked]);
    expect(emitted).toEqual([]);
    expect(await table()).toEqual(before);
  });

  it("treats a scheduled revocation with microseconds as equal to the millisecond", async () => {
    const { service, emitted, sql, table } = current();
    const { id } = await service.createApiKeys(PUBLISHABLE);
    await sql("UPDATE api_key SET revoked_by = ?, revoked_at = '2030-06-07 06:08:08.009123+00:00' WHERE id = ?", [
      BY.revoked_by,
      id,
    ]);
    const before = await table();
    emitted.length = 0;

    await expect(service.revoke({ id }, { ...BY, revoke_in: 60 })).resolves.toMatchObject([{ id }]);
    expect(emitted).toEqual([]);
    expect(await table()).toEqual(before);
  });

  it("can change a scheduled revocation", async () => {
    await current().service.revoke("apk_s1", { ...BY, revoke_in: 3600 });
    const key = await current().service.revoke("apk_s1", { revoked_by: "user_3" });

    expect(key).toMatchObject({ revoked_at: NOW, revoked_by: "user_3" });
  });

  it.each([undefined, null, ""])("rejects a revoked_by of %j", async (revoked_by) => {
    const before = await current().table();

    await expectFailure(
      current().service.revoke("apk_s1", { revoked_by }),
      "invalid_data",
      "You must provide a revoked_by field when revoking a key.",
    );
    expect(await current().table()).toEqual(before);
  });

  it("rejects an unknown and a soft-deleted key", async () => {
    await current().service.softDeleteApiKeys("apk_s2");

    await expectFailure(current().service.revoke("apk_nope", BY), "not_found", 'ApiKey with id "apk_nope" not found');
    await expectFailure(current().service.revoke("apk_s2", BY), "not_found", 'ApiKey with id "apk_s2" not found');
    await expectFailure(
      current().service.revoke("", BY),
      "invalid_data",
      "You must provide an api key id field when revoking a key.",
    );
  });

  it("ignores members for other columns", async () => {
    await current().service.revoke("apk_s1", { ...BY, title: "x", type: "publishable", created_by: "x" });

    expect(await current().service.retrieveApiKey("apk_s1")).toMatchObject(SECRET);
  });
});

describeOurs("revoke", (current) => {
  beforeEach(async () => {
    stopClock(NOW);
    await current().service.createApiKeys([
      { ...SECRET, id: "apk_s1" },
      { ...PUBLISHABLE, id: "apk_old", revoked_at: new Date("2030-01-01"), revoked_by: "user_1" },
    ]);
  });
  afterEach(() => jest.useRealTimers());

  it("without a second argument revokes immediately and leaves revoked_by null (M1)", async () => {
    expect(await current().service.revoke("apk_s1")).toMatchObject({ revoked_at: NOW, revoked_by: null });
    expect(await current().service.revoke({ id: "apk_s1", revoked_at: null })).toEqual([]);
  });

  it("without a second argument rejects a selector (M1)", async () => {
    const before = await current().table();
    const revoke = current().service.revoke as (selector: object) => Promise<unknown>;

    for (const selector of [{}, { id: "apk_s1" }]) {
      await expectFailure(
        revoke.call(current().service, selector),
        "invalid_data",
        "You must provide a revoked_by field when revoking a key.",
      );
    }
    expect(await current().table()).toEqual(before);
  });

  it("with an empty object rejects the missing revoked_by (M1)", async () => {
    await expectFailure(
      current().service.revoke("apk_s1", {}),
      "invalid_data",
      "You must provide a revoked_by field when revoking a key.",
    );
  });

  it.each([{}, { revoke_in: 60 }])("rejects a publishable key that is already revoked (S8): %j", async (more) => {
    const before = await current().table();

    await expectFailure(
      current().service.revoke("apk_old", { ...BY, ...more }),
      "invalid_data",
      "There are 1 publishable keys that are already revoked.",
    );
    expect(await current().table()).toEqual(before);
  });

  it("lets only the first of two revocations succeed, whichever clock is ahead (S8)", async () => {
    for (const skew of [-5, 0, 5]) {
      stopClock(NOW);
      const { id } = await current().service.createApiKeys(SECRET);
      await current().service.revoke(id, BY);
      stopClock(new Date(NOW.getTime() + skew));
      await expectFailure(current().service.revoke(id, BY), "invalid_data", /already revoked/);
    }
  });

  it("can replace a scheduled revocation by another one", async () => {
    const { id } = await current().service.createApiKeys(SECRET);
    await current().service.revoke(id, { ...BY, revoke_in: 60 });

    expect(await current().service.revoke(id, BY)).toMatchObject({ revoked_at: NOW });
  });

  it("lets exactly one of many parallel revocations succeed (S8)", async () => {
    for (const { id } of await current().service.createApiKeys([SECRET, PUBLISHABLE])) {
      const who = Array.from({ length: 20 }, (_, index) => `user_${index}`);
      const outcomes = await Promise.allSettled(who.map((revoked_by) => current().service.revoke(id, { revoked_by })));
      const [winner, ...others] = outcomes.filter((outcome) => outcome.status === "fulfilled");

      expect(others).toEqual([]);
      expect(await current().service.retrieveApiKey(id)).toEqual(winner?.value);
      for (const outcome of outcomes) {
        if (outcome.status === "rejected") expect(outcome.reason.message).toMatch(/already revoked/);
      }
    }
  });

  it("is final even within the same millisecond (S8)", async () => {
    await current().service.revoke("apk_s1", BY);

    await expectFailure(current().service.revoke("apk_s1", BY), "invalid_data", /already revoked/);
  });

  it("ignores an id among the data (S9)", async () => {
    const key = await current().service.revoke("apk_s1", { ...BY, id: "apk_old" });

    expect(key.id).toBe("apk_s1");
    expect(await current().service.retrieveApiKey("apk_old")).toMatchObject({ revoked_by: "user_1" });
  });

  it.each([
    ["an array of ids", ["apk_s1"]],
    ["undefined", undefined],
    ["null", null],
    ["a number", 5],
  ])("rejects %s as a target (S10)", async (_, target) => {
    await expectFailure(current().service.revoke(untyped(target), BY), "invalid_data", /id/);
    expect(await current().service.retrieveApiKey("apk_s1")).toMatchObject({ revoked_at: null });
  });

  it("returns an empty array for an empty array (S10)", async () => {
    expect(await current().service.revoke(untyped([]), BY)).toEqual([]);
  });

  it.each([{ id: undefined }, { title: undefined, id: undefined }])(
    "rejects a selector that is empty by accident (S1): %p",
    async (selector) => {
      const before = await current().table();

      await expectFailure(current().service.revoke(selector, BY), "invalid_data", /id|selector/);
      await expectFailure(current().service.updateApiKeys(selector, { title: "x" }), "invalid_data", /id|selector/);
      await expectFailure(current().service.softDeleteApiKeys(selector), "invalid_data", /id|selector/);
      await expectFailure(current().service.restoreApiKeys(selector), "invalid_data", /id|selector/);
      expect(await current().table()).toEqual(before);
    },
  );
});
