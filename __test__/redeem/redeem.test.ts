// Single-use keys (M14).

import { expectFailure } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { openService } from "../support/ours";
import { COLUMNS, SECRET } from "../support/service";
import { after, stopClock } from "../support/time";

const NOW = "2030-06-07T06:07:08.009Z";
const PURPOSE = { purpose: "password-reset" };
const CUSTOMER = { type: "customer", id: "cus_1" };
const RESET = { title: "Reset", type: "secret", created_by: "shop", ...PURPOSE, owner: CUSTOMER, expires_in: 600 };

describeOurs("redeem (M14)", (current) => {
  beforeEach(() => stopClock(NOW));
  afterEach(() => jest.useRealTimers());

  const create = (others: object = {}) => current().service.createApiKeys({ ...RESET, ...others });

  it("returns the key once and then refuses its token (M14)", async () => {
    const { id, token } = await create();
    jest.setSystemTime(after(NOW, 60));

    const redeemed = await current().service.redeem(token, { ...PURPOSE, revoked_by: "cus_1" });

    const ended = { revoked_at: after(NOW, 60), revoked_by: "cus_1", updated_at: after(NOW, 60) };
    expect(redeemed).toMatchObject({ valid: true, key: { id, token: "", ...PURPOSE, owner: CUSTOMER, ...ended } });
    expect(redeemed.valid && Object.keys(redeemed.key)).toEqual([...COLUMNS, "owner", "purpose"]);
    expect(await current().service.retrieveApiKey(id)).toEqual(redeemed.valid && redeemed.key);
    for (const again of [1, 2]) {
      jest.setSystemTime(after(NOW, 60 + again));
      expect(await current().service.redeem(token, PURPOSE)).toEqual({ valid: false, reason: "revoked" });
    }
  });

  it("leaves revoked_by null unless it is given", async () => {
    const { token } = await create({ expires_in: undefined });

    expect(await current().service.redeem(token, PURPOSE)).toMatchObject({ valid: true, key: { revoked_by: null } });
  });

  it("does not end a key for a wrong purpose", async () => {
    const { token } = await create();

    for (const purpose of ["password", "password-reset2", "email"]) {
      expect(await current().service.redeem(token, { purpose })).toEqual({ valid: false, reason: "wrong_purpose" });
    }
    expect(await current().service.redeem(token, PURPOSE)).toMatchObject({ valid: true });
  });

  it("does not end a key for an address that is not allowed, or unknown", async () => {
    const { token } = await create({ allowed_ips: ["10.0.0.0/8"] });

    for (const from of [{}, { ip: "11.0.0.1" }]) {
      expect(await current().service.redeem(token, { ...PURPOSE, ...from })).toEqual({
        valid: false,
        reason: "ip_not_allowed",
      });
    }
    await expectFailure(current().service.redeem(token, { ...PURPOSE, ip: "nowhere" }), "invalid_data", /^ip must be/);
    expect(await current().service.redeem(token, { ...PURPOSE, ip: "::ffff:10.0.0.1" })).toMatchObject({ valid: true });
  });

  it("refuses a key without a purpose and leaves it valid", async () => {
    const { token } = await current().service.createApiKeys(SECRET);
    const scoped = await current().service.createApiKeys({ ...SECRET, scopes: ["a:read"] });

    for (const each of [token, scoped.token]) {
      expect(await current().service.redeem(each, PURPOSE)).toEqual({ valid: false, reason: "wrong_purpose" });
    }
    expect(await current().service.authenticate(token)).not.toBe(false);
  });

  it("refuses an expired key from the millisecond of its end", async () => {
    const [early, late] = [await create(), await create({ owner: { type: "user", id: "user_1" } })];

    jest.setSystemTime(after(NOW, 599.999));
    expect(await current().service.redeem(early.token, PURPOSE)).toMatchObject({ valid: true });
    jest.setSystemTime(after(NOW, 600));
    expect(await current().service.redeem(late.token, PURPOSE)).toEqual({ valid: false, reason: "expired" });
    expect(await current().service.redeem(late.token, { purpose: "x" })).toEqual({ valid: false, reason: "expired" });
  });

  it("refuses a revoked key, a soft-deleted key and an unknown token", async () => {
    const { id, token } = await create();
    const deleted = await create({ owner: { type: "user", id: "user_1" } });
    await current().service.revoke(id, { revoked_by: "user_1" });
    await current().service.softDeleteApiKeys(deleted.id);
    const { token: publishable } = await current().service.createApiKeys({ ...SECRET, type: "publishable" });

    expect(await current().service.redeem(token, PURPOSE)).toEqual({ valid: false, reason: "revoked" });
    const unknown = [
      deleted.token,
      `${token.slice(0, -1)}x`,
      publishable,
      "",
      "sk_1",
      "x".repeat(513),
      5,
      null,
      undefined,
      {},
    ];
    for (const each of unknown) {
      expect(await current().service.redeem(each as string, PURPOSE)).toEqual({ valid: false, reason: "unknown" });
    }
  });

  it("accepts a key that authenticate and verify refuse", async () => {
    const { token } = await create();

    expect(await current().service.authenticate(token)).toBe(false);
    expect(await current().service.verify(token)).toEqual({ valid: false, reason: "unknown" });
    expect(await current().service.redeem(token, PURPOSE)).toMatchObject({ valid: true });
  });

  it.each([{ hashing: "sha256" }, { hashing: "scrypt" }, { argon2: { memoryKib: 64, iterations: 1 } }])(
    "accepts a key that was hashed with %j, once",
    async (options) => {
      const service = openService(current().url, options);
      const { token } = await service.createApiKeys(RESET);

      expect(await service.redeem(token, PURPOSE)).toMatchObject({ valid: true });
      expect(await service.redeem(token, PURPOSE)).toEqual({ valid: false, reason: "revoked" });
      await service.close();
    },
  );

  it("refuses a key that another process has redeemed, at once", async () => {
    const other = openService(current().url);
    const { token } = await create();
    await current().service.redeem(token, { purpose: "x" });

    expect(await other.redeem(token, PURPOSE)).toMatchObject({ valid: true });
    expect(await current().service.redeem(token, PURPOSE)).toEqual({ valid: false, reason: "revoked" });
    await other.close();
  });

  it("refuses a key whose purpose was lost", async () => {
    const { token } = await create();
    await current().sql("UPDATE api_key SET attributes = NULL");

    expect(await current().service.redeem(token, PURPOSE)).toEqual({ valid: false, reason: "unknown" });
  });

  it("publishes an event for the key, and none for a refusal", async () => {
    const { id, token } = await create();
    current().emitted.length = 0;

    await current().service.redeem(token, PURPOSE);
    await current().service.redeem(token, PURPOSE);

    expect(current().emitted.flatMap(({ messages }) => messages)).toMatchObject([
      { name: "api_key.api-key.updated", data: { id } },
    ]);
  });
});

describeOurs("a new single-use key (M14)", (current) => {
  beforeEach(() => stopClock(NOW));
  afterEach(() => jest.useRealTimers());

  const create = (others: object = {}) => current().service.createApiKeys({ ...RESET, ...others });
  const isValid = async (token: string) => (await current().service.redeem(token, PURPOSE)).valid;

  it("ends the older keys of its owner and purpose, and no other key", async () => {
    const old = await create();
    const others = [
      await create({ owner: { type: "customer", id: "cus_2" } }),
      await create({ owner: { type: "user", id: "cus_1" } }),
      await create({ owner: undefined }),
    ];
    const confirmation = await create({ purpose: "email" });
    current().emitted.length = 0;
    jest.setSystemTime(after(NOW, 1));

    const fresh = await create({ created_by: "user_9" });

    const ended = { revoked_by: "user_9", revoked_at: after(NOW, 1), updated_at: after(NOW, 1) };
    expect(await current().service.retrieveApiKey(old.id)).toMatchObject(ended);
    expect(current().emitted.flatMap(({ messages }) => messages)).toMatchObject([
      { name: "api_key.api-key.created", data: { id: fresh.id } },
      { name: "api_key.api-key.updated", data: { id: old.id } },
    ]);
    expect(await current().service.redeem(old.token, PURPOSE)).toEqual({ valid: false, reason: "revoked" });
    for (const { token } of [fresh, ...others]) expect(await isValid(token)).toBe(true);
    expect(await current().service.redeem(confirmation.token, { purpose: "email" })).toMatchObject({ valid: true });
  });

  it("leaves an expired or redeemed key as it ended", async () => {
    const redeemed = await create();
    await current().service.redeem(redeemed.token, { ...PURPOSE, revoked_by: "cus_1" });
    const expired = await create({ expires_in: 60 });
    const before = await current().service.listApiKeys({ id: [redeemed.id, expired.id] });
    jest.setSystemTime(after(NOW, 60));

    await create();

    expect(await current().service.listApiKeys({ id: [redeemed.id, expired.id] })).toEqual(before);
    expect(await current().service.redeem(expired.token, PURPOSE)).toEqual({ valid: false, reason: "expired" });
  });

  it("ends a soft-deleted key, which could be restored", async () => {
    const old = await create();
    await current().service.softDeleteApiKeys(old.id);
    await create();
    await current().service.restoreApiKeys(old.id);

    expect(await current().service.redeem(old.token, PURPOSE)).toEqual({ valid: false, reason: "revoked" });
  });

  it("ends the older key also when it is created by an upsert", async () => {
    const old = await create();
    const fresh = await current().service.upsertApiKeys(RESET);

    expect(await isValid(old.token)).toBe(false);
    expect(await isValid(fresh.token)).toBe(true);
  });

  it("ends nothing if it cannot be created", async () => {
    const { id, token } = await create();

    await expectFailure(create({ id }), "invalid_data", `Api key with id: ${id}, already exists.`);
    expect(await isValid(token)).toBe(true);
  });

  it("is rejected beside another one of its owner and purpose in one call", async () => {
    const call = current().service.createApiKeys([RESET, SECRET, RESET]);

    await expectFailure(call, "invalid_data", /^two of the keys have the same owner and purpose/);
    expect(await current().table()).toEqual([]);
  });

  it("cannot be rolled, and its owner cannot be changed", async () => {
    const { id } = await create({ expires_in: undefined });

    const roll = current().service.rollApiKeys(id, { revoked_by: "user_1" });
    await expectFailure(roll, "invalid_data", /^A key with a purpose cannot be rolled/);
    const update = current().service.updateApiKeys(id, { owner: { type: "customer", id: "cus_2" } });
    await expectFailure(update, "invalid_data", /^ApiKey\.owner of a key with a purpose/);
    expect(await current().service.updateApiKeys(id, { title: "New", owner: CUSTOMER })).toMatchObject({
      title: "New",
    });
  });

  it("leaves one live key when several are created at once", async () => {
    const services = Array.from({ length: 3 }, () => openService(current().url, { hashing: "sha256" }));
    const created = await Promise.all(
      services.flatMap((service) => Array.from({ length: 10 }, () => service.createApiKeys(RESET))),
    );
    const live = await current().service.listApiKeys({ owner: CUSTOMER, revoked_at: { $gt: new Date(NOW) } });

    expect(live).toHaveLength(1);
    const redeemed = await Promise.all(created.map(({ token }) => isValid(token)));
    expect(redeemed.filter((valid) => valid)).toHaveLength(1);
    await Promise.all(services.map((service) => service.close()));
  });
});
