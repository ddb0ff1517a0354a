// Revocations that take effect later.

import { expectFailure } from "../support/failures";
import { describeEverywhere, describeOurs } from "../support/implementations";
import { PUBLISHABLE, SECRET } from "../support/service";
import { after, inTimeZone, stopClock } from "../support/time";

const NOW = "2030-06-07T06:07:08.009Z";
const YEAR = 31_557_600;
const BY = { revoked_by: "user_2" };

describeEverywhere("revoke_in", (current) => {
  beforeEach(async () => {
    stopClock(NOW);
    await current().service.createApiKeys({ ...PUBLISHABLE, id: "apk_1" });
  });
  afterEach(() => jest.useRealTimers());

  it.each([undefined, null, 0])("of %j revokes immediately", async (revoke_in) => {
    const key = await current().service.revoke("apk_1", { revoked_by: "user_2", revoke_in });

    expect(key).toMatchObject({ revoked_at: new Date(NOW), updated_at: new Date(NOW) });
  });

  it.each([1, 60, 3600, 86_400, 1e9])("of %d revokes after that many seconds", async (revoke_in) => {
    const key = await current().service.revoke("apk_1", { revoked_by: "user_2", revoke_in });

    expect(key).toMatchObject({ revoked_at: after(NOW, revoke_in), updated_at: new Date(NOW) });
  });

  it("lets a secret key authenticate up to the exact millisecond", async () => {
    const { id, token } = await current().service.createApiKeys(SECRET);
    await current().service.revoke(id, { revoked_by: "user_2", revoke_in: 60 });

    jest.setSystemTime(after(NOW, 59.999));
    expect(await current().service.authenticate(token)).toMatchObject({ id, revoked_at: after(NOW, 60) });
    jest.setSystemTime(after(NOW, 60));
    expect(await current().service.authenticate(token)).toBe(false);
  });

  it("blocks the deletion of a key until the revocation", async () => {
    await current().service.revoke("apk_1", { revoked_by: "user_2", revoke_in: 60 });

    await expectFailure(
      current().service.deleteApiKeys("apk_1"),
      "not_allowed",
      "Cannot delete api keys that are not revoked - apk_1",
    );
    jest.setSystemTime(after(NOW, 60));
    await current().service.deleteApiKeys("apk_1");
    expect(await current().table()).toEqual([]);
  });
});

describeOurs("revoke_in", (current) => {
  beforeEach(async () => {
    stopClock(NOW);
    await current().service.createApiKeys({ ...PUBLISHABLE, id: "apk_1" });
  });
  afterEach(() => jest.useRealTimers());

  it.each([0.5, 1.9, 0.001])("keeps the fraction of %d to the millisecond (S11)", async (revoke_in) => {
    const key = await current().service.revoke("apk_1", { revoked_by: "user_2", revoke_in });

    expect(key.revoked_at).toEqual(after(NOW, revoke_in));
  });

  it("may be a hundred years (S11)", async () => {
    const key = await current().service.revoke("apk_1", { revoked_by: "user_2", revoke_in: 99 * YEAR });

    expect(key.revoked_at).toEqual(after(NOW, 99 * YEAR));
  });

  it.each<[string, unknown]>([
    ["a negative number", -5],
    ["NaN", Number.NaN],
    ["infinity", Number.POSITIVE_INFINITY],
    ["negative infinity", Number.NEGATIVE_INFINITY],
    ["more than a hundred years", 101 * YEAR],
    ["a string", "60"],
    ["an array", [60]],
    ["an object with a value", { valueOf: () => 60 }],
    ["a boolean", true],
    ["a bigint", 60n],
    ["a Date", new Date()],
  ])("must not be %s (S11)", async (_, revoke_in) => {
    const before = await current().table();

    await expectFailure(
      current().service.revoke("apk_1", { revoked_by: "user_2", revoke_in }),
      "invalid_data",
      /revoke_in/,
    );
    expect(await current().table()).toEqual(before);
  });
});

describeOurs("revoke_in and expires_in", (current) => {
  afterEach(() => jest.useRealTimers());

  it.each<[string, string, number]>([
    ["forward", "2030-03-31T00:30:00.000Z", 2 * 3600],
    ["back", "2030-10-27T00:30:00.000Z", 3600],
  ])("count elapsed seconds when the clocks of the local time zone go %s meanwhile (A40)", async (_, now, seconds) => {
    await inTimeZone("Europe/Berlin", async () => {
      stopClock(now);
      const { service } = current();
      const { id } = await service.createApiKeys(PUBLISHABLE);

      expect(await service.revoke(id, { ...BY, revoke_in: seconds })).toMatchObject({
        revoked_at: after(now, seconds),
      });
      expect(await service.createApiKeys({ ...PUBLISHABLE, expires_in: seconds })).toMatchObject({
        revoked_at: after(now, seconds),
      });
    });
  });
});
