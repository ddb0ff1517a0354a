// Revocations.

import { expectFailure } from "../support/failures";
import { describeEverywhere, describeOurs } from "../support/implementations";
import { COLUMNS, PUBLISHABLE, SECRET, untyped } from "../support/service";
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

  it("answers the key, revoked now and by whom it says", async () => {
    const key = await current().service.revoke("apk_s1", BY);

    expect(Object.keys(key)).toEqual(COLUMNS);
    expect(key).toMatchObject({
      ...{ id: "apk_s1", token: "", revoked_by: "user_2", revoked_at: NOW, updated_at: NOW },
      ...{ created_at: new Date("2029-01-01"), created_by: SECRET.created_by, title: SECRET.title, deleted_at: null },
    });
    expect(await current().service.retrieveApiKey("apk_s1")).toStrictEqual(key);
  });

  it("shows the token of a publishable key", async () => {
    expect(await current().service.revoke("apk_p1", BY)).toMatchObject({ token: expect.stringMatching(/^pk_/) });
  });

  it("touches no other key", async () => {
    const before = await current().service.listApiKeys({ id: ["apk_s2", "apk_p1"] });
    await current().service.revoke("apk_s1", BY);

    expect(await current().service.listApiKeys({ id: ["apk_s2", "apk_p1"] })).toEqual(before);
  });

  it("revokes all keys that a selector matches and answers them by id", async () => {
    const keys = await current().service.revoke({ id: ["apk_s2", "apk_p1", "apk_nope"] }, BY);

    expect(keys.map((key) => [key.id, key.revoked_at])).toEqual([
      ["apk_p1", NOW],
      ["apk_s2", NOW],
    ]);
    expect(await current().service.retrieveApiKey("apk_s1")).toMatchObject({ revoked_at: null });
  });

  it("takes an empty selector for every key", async () => {
    expect(await current().service.revoke({}, BY)).toHaveLength(3);
  });

  it("answers an empty array when a selector matches nothing, whatever else it was given", async () => {
    expect(await current().service.revoke({ id: "apk_nope" }, {})).toEqual([]);
  });

  it("refuses a secret key that is revoked already, and its neighbours with it", async () => {
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

  it("writes and tells nothing where the revocation that is still to come is the same already", async () => {
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

  it("takes a revocation that another program planned in microseconds for the same to the millisecond", async () => {
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

  it("may change a revocation that is still to come", async () => {
    await current().service.revoke("apk_s1", { ...BY, revoke_in: 3600 });
    const key = await current().service.revoke("apk_s1", { revoked_by: "user_3" });

    expect(key).toMatchObject({ revoked_at: NOW, revoked_by: "user_3" });
  });

  it.each([undefined, null, ""])("refuses %j for who revokes", async (revoked_by) => {
    const before = await current().table();

    await expectFailure(
      current().service.revoke("apk_s1", { revoked_by }),
      "invalid_data",
      "You must provide a revoked_by field when revoking a key.",
    );
    expect(await current().table()).toEqual(before);
  });

  it("refuses an unknown and a soft-deleted key", async () => {
    await current().service.softDeleteApiKeys("apk_s2");

    await expectFailure(current().service.revoke("apk_nope", BY), "not_found", 'ApiKey with id "apk_nope" not found');
    await expectFailure(current().service.revoke("apk_s2", BY), "not_found", 'ApiKey with id "apk_s2" not found');
    await expectFailure(
      current().service.revoke("", BY),
      "invalid_data",
      "You must provide an api key id field when revoking a key.",
    );
  });

  it("writes no field that is not its own", async () => {
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

  it("without a second argument revokes now, by nobody in particular (M1)", async () => {
    expect(await current().service.revoke("apk_s1")).toMatchObject({ revoked_at: NOW, revoked_by: null });
    expect(await current().service.revoke({ id: "apk_s1", revoked_at: null })).toEqual([]);
  });

  it("without a second argument refuses a selector, which may mean many keys (M1)", async () => {
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

  it("with an empty object still asks who revokes (M1)", async () => {
    await expectFailure(
      current().service.revoke("apk_s1", {}),
      "invalid_data",
      "You must provide a revoked_by field when revoking a key.",
    );
  });

  it.each([{}, { revoke_in: 60 }])("leaves a publishable key as it is once it is revoked (S8): %j", async (more) => {
    const before = await current().table();

    await expectFailure(
      current().service.revoke("apk_old", { ...BY, ...more }),
      "invalid_data",
      "There are 1 publishable keys that are already revoked.",
    );
    expect(await current().table()).toEqual(before);
  });

  it("lets the first of two revocations win, whichever of the two clocks is ahead (S8)", async () => {
    for (const skew of [-5, 0, 5]) {
      stopClock(NOW);
      const { id } = await current().service.createApiKeys(SECRET);
      await current().service.revoke(id, BY);
      stopClock(new Date(NOW.getTime() + skew));
      await expectFailure(current().service.revoke(id, BY), "invalid_data", /already revoked/);
    }
  });

  it("can change a revocation that was planned for later", async () => {
    const { id } = await current().service.createApiKeys(SECRET);
    await current().service.revoke(id, { ...BY, revoke_in: 60 });

    expect(await current().service.revoke(id, BY)).toMatchObject({ revoked_at: NOW });
  });

  it("lets exactly one of many parallel revocations win (S8)", async () => {
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

  it("is final although the clock did not move between two calls (S8)", async () => {
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
  ])("refuses %s for a target (S10)", async (_, target) => {
    await expectFailure(current().service.revoke(untyped(target), BY), "invalid_data", /id/);
    expect(await current().service.retrieveApiKey("apk_s1")).toMatchObject({ revoked_at: null });
  });

  it("answers an empty array for an empty array (S10)", async () => {
    expect(await current().service.revoke(untyped([]), BY)).toEqual([]);
  });

  it.each([{ id: undefined }, { title: undefined, id: undefined }])(
    "refuses a selector that is empty by accident (S1): %p",
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
