// Replacing a key by a new one (M4).

import crypto from "node:crypto";
import { expectFailure, failureOf } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { COLUMNS, PUBLISHABLE, SECRET, untyped } from "../support/service";
import { after, stopClock } from "../support/time";

const NOW = "2030-06-07T06:07:08.009Z";
const BY = { revoked_by: "user_2" };

describeOurs("rollApiKeys (M4)", (current) => {
  beforeEach(() => stopClock(NOW));
  afterEach(() => jest.useRealTimers());

  it("revokes the key and returns its successor with a token that is shown once", async () => {
    const old = await current().service.createApiKeys(SECRET);
    const { revoked, created } = await current().service.rollApiKeys(old.id, BY);

    expect(Object.keys(revoked)).toEqual(COLUMNS);
    expect(revoked).toMatchObject({ id: old.id, token: "", revoked_by: "user_2", revoked_at: new Date(NOW) });
    expect(Object.keys(created).filter((name) => name !== "salt")).toEqual(COLUMNS);
    expect(created.id).not.toBe(old.id);
    expect(created.token).toMatch(/^sk_[0-9a-f]{64}$/);
    expect(await current().service.retrieveApiKey(created.id)).toMatchObject({ token: "", revoked_at: null });
  });

  it("makes the new token valid and the old one invalid", async () => {
    const old = await current().service.createApiKeys(SECRET);
    const { created } = await current().service.rollApiKeys(old.id, BY);

    expect(await current().service.authenticate(created.token)).toMatchObject({ id: created.id });
    expect(await current().service.authenticate(old.token)).toBe(false);
  });

  it("overlooks neither created_by nor revoke_in if they are inherited or not enumerable", async () => {
    const members = { created_by: "user_3", revoke_in: 60 };
    const inherited = Object.assign(Object.create(members), BY);
    const hidden = Object.defineProperties({ ...BY }, { created_by: { value: "user_3" }, revoke_in: { value: 60 } });
    for (const data of [inherited, hidden]) {
      const { id } = await current().service.createApiKeys(SECRET);
      const { revoked, created } = await current().service.rollApiKeys(id, data);
      expect({ ...created, revoked_at: revoked.revoked_at }).toMatchObject({
        created_by: "user_3",
        revoked_at: after(NOW, 60),
      });
    }
  });

  it("accepts both tokens during the grace period", async () => {
    const old = await current().service.createApiKeys(SECRET);
    const { created } = await current().service.rollApiKeys(old.id, { ...BY, revoke_in: 3600 });

    jest.setSystemTime(after(NOW, 3599.999));
    expect(await current().service.authenticate(old.token)).toMatchObject({ revoked_at: after(NOW, 3600) });
    jest.setSystemTime(after(NOW, 3600));
    expect(await current().service.authenticate(old.token)).toBe(false);
    expect(await current().service.authenticate(created.token)).toMatchObject({ id: created.id });
  });

  it("copies title, type and creator to the successor unless they are given", async () => {
    const secret = await current().service.createApiKeys({ ...SECRET, title: "Shop", created_by: "user_7" });
    const publishable = await current().service.createApiKeys(PUBLISHABLE);

    expect((await current().service.rollApiKeys(secret.id, BY)).created).toMatchObject({
      ...{ title: "Shop", type: "secret", created_by: "user_7" },
    });
    expect(
      (await current().service.rollApiKeys(publishable.id, { ...BY, title: "New", created_by: "user_8" })).created,
    ).toMatchObject({ title: "New", type: "publishable", created_by: "user_8", token: expect.stringMatching(/^pk_/) });
  });

  it("copies neither the id nor any date to the successor", async () => {
    const { id } = await current().service.createApiKeys({
      ...SECRET,
      created_at: new Date("2020-01-01"),
      last_used_at: new Date("2021-01-01"),
    });
    const { created } = await current().service.rollApiKeys(id, { ...BY, revoke_in: 60 });

    expect(created).toMatchObject({
      ...{ created_at: new Date(NOW), last_used_at: null, revoked_at: null, revoked_by: null, deleted_at: null },
    });
    expect(created.id).not.toBe(id);
  });

  it("creates exactly one key", async () => {
    const { id } = await current().service.createApiKeys(SECRET);
    await current().service.rollApiKeys(id, BY);

    expect(await current().table()).toHaveLength(2);
  });

  it.each<[string, object, string | RegExp]>([
    ["no revoked_by", {}, "You must provide a revoked_by field when revoking a key."],
    ["a non-string revoked_by", { revoked_by: 5 }, /revoked_by/],
    ["a non-string title", { ...BY, title: 5 }, /title/],
    ["a non-string created_by", { ...BY, created_by: {} }, /created_by/],
    ["a negative grace period", { ...BY, revoke_in: -1 }, /revoke_in/],
    ["a grace period as a string", { ...BY, revoke_in: "60" }, /revoke_in/],
  ])("changes nothing for %s", async (_, data, message) => {
    const { id, token } = await current().service.createApiKeys(SECRET);
    const before = await current().table();

    await expectFailure(current().service.rollApiKeys(id, data), "invalid_data", message);
    expect(await current().table()).toEqual(before);
    expect(await current().service.authenticate(token)).toMatchObject({ id });
  });

  it("changes nothing when the successor cannot be stored", async () => {
    const bytes = jest.spyOn(crypto, "randomBytes") as jest.Mock;
    bytes.mockImplementation((size: number) => Buffer.alloc(size, 7));
    try {
      await current().service.createApiKeys(PUBLISHABLE);
      bytes.mockImplementation((size: number) => Buffer.alloc(size, 8));
      const { id } = await current().service.createApiKeys(PUBLISHABLE);
      const before = await current().table();
      bytes.mockImplementation((size: number) => Buffer.alloc(size, 7));

      await expectFailure(current().service.rollApiKeys(id, BY), "unexpected_state", /randomBytes/);
      expect(await current().table()).toEqual(before);
    } finally {
      bytes.mockRestore();
    }
  });

  it("rejects a key that is already revoked and creates nothing", async () => {
    const { id } = await current().service.createApiKeys({
      ...SECRET,
      revoked_at: new Date("2030-01-01"),
      revoked_by: "user_1",
    });

    await expectFailure(
      current().service.rollApiKeys(id, BY),
      "invalid_data",
      "There are 1 secret keys that are already revoked.",
    );
    expect(await current().table()).toHaveLength(1);
  });

  it.each<[string, object]>([
    ["expires_in", { expires_in: 3600 }],
    ["a revocation in the future", { revoked_at: after(NOW, 3600), revoked_by: "user_1" }],
  ])("rejects a key that was created with %s for any grace period and writes nothing", async (_, end) => {
    const { id, token } = await current().service.createApiKeys({ ...SECRET, ...end });
    const before = await current().table();

    for (const data of [BY, { ...BY, revoke_in: 60 }, { ...BY, revoke_in: 7200 }]) {
      const refusal = await failureOf(current().service.rollApiKeys(id, data));
      expect(refusal).toMatchObject({ type: "invalid_data", __isMedusaError: true });
      expect(refusal.message).toContain(id);
      expect(refusal.message).toContain("revoked_at");
    }
    expect(await current().table()).toEqual(before);
    expect(await current().service.authenticate(token)).toMatchObject({ id });
  });

  it("rejects a key with a revocation scheduled by revoke or another roll and writes nothing", async () => {
    const [planned, rolled] = await current().service.createApiKeys([SECRET, PUBLISHABLE]);
    await current().service.revoke(planned.id, { ...BY, revoke_in: 3600 });
    await current().service.rollApiKeys(rolled.id, { ...BY, revoke_in: 3600 });
    const before = await current().table();

    for (const { id } of [planned, rolled]) {
      await expectFailure(
        current().service.rollApiKeys(id, BY),
        "invalid_data",
        new RegExp(`${id}.*revoked_at|revoked_at.*${id}`),
      );
    }
    expect(await current().table()).toEqual(before);
  });

  it("rejects an unknown and a soft-deleted key", async () => {
    const { id } = await current().service.createApiKeys(SECRET);
    await current().service.softDeleteApiKeys(id);

    await expectFailure(
      current().service.rollApiKeys("apk_nope", BY),
      "not_found",
      'ApiKey with id "apk_nope" not found',
    );
    await expectFailure(current().service.rollApiKeys(id, BY), "not_found", `ApiKey with id "${id}" not found`);
    expect(await current().table()).toHaveLength(1);
  });

  it.each([undefined, null, 5, {}, ["apk_1"]].map((id) => [String(JSON.stringify(id)), id]))(
    "rejects %s as an id",
    async (_, id) => {
      await expectFailure(current().service.rollApiKeys(untyped(id), BY), "invalid_data", /\bid\b/);
    },
  );

  it.each([{}, { revoke_in: 3600 }])(
    "creates one successor when a key is rolled in parallel with %j",
    async (grace) => {
      const { service } = current();
      const { id } = await service.createApiKeys(SECRET);
      const calls = Array.from({ length: 8 }, () => service.rollApiKeys(id, { ...BY, ...grace }));
      const rolls = await Promise.allSettled(calls);

      expect(rolls.filter((roll) => roll.status === "fulfilled")).toHaveLength(1);
      for (const roll of rolls) {
        if (roll.status === "rejected") expect(roll.reason).toMatchObject({ type: "invalid_data" });
      }
      expect(await current().table()).toHaveLength(2);
    },
  );

  it("publishes the revoked key and then the created one in one emit", async () => {
    const { id } = await current().service.createApiKeys(SECRET);
    current().emitted.length = 0;
    const { created } = await current().service.rollApiKeys(id, BY);

    expect(current().emitted).toHaveLength(1);
    expect(current().emitted[0]?.messages).toMatchObject([
      { name: "api_key.api-key.updated", data: { id } },
      { name: "api_key.api-key.created", data: { id: created.id } },
    ]);
  });
});
