// Keys created with `expires_in`.

import { expectFailure } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { SECRET } from "../support/service";
import { after, stopClock } from "../support/time";

const NOW = "2030-06-07T06:07:08.009Z";

describeOurs("createApiKeys with expires_in (M5)", (current) => {
  beforeEach(() => stopClock(NOW));
  afterEach(() => jest.useRealTimers());

  it("schedules a revocation by the key's creator", async () => {
    const key = await current().service.createApiKeys({ ...SECRET, created_by: "user_7", expires_in: 900 });

    expect(key).toMatchObject({ revoked_at: after(NOW, 900), revoked_by: "user_7" });
    expect(Object.keys(key)).not.toContain("expires_in");
  });

  it("accepts the token only until the scheduled revocation", async () => {
    const { id, token } = await current().service.createApiKeys({ ...SECRET, expires_in: 900 });

    jest.setSystemTime(after(NOW, 899.999));
    expect(await current().service.authenticate(token)).toMatchObject({ id });
    jest.setSystemTime(after(NOW, 900));
    expect(await current().service.authenticate(token)).toBe(false);
  });

  it.each<[string, unknown]>([
    ["a negative number", -1],
    ["a string", "900"],
    ["NaN", Number.NaN],
    ["a date", new Date()],
  ])("rejects %s", async (_, expires_in) => {
    await expectFailure(current().service.createApiKeys({ ...SECRET, expires_in }), "invalid_data", /expires_in/);
    expect(await current().table()).toEqual([]);
  });

  it("rejects expires_in together with revoked_at", async () => {
    const data = { ...SECRET, expires_in: 900, revoked_at: new Date("2031-01-01") };

    await expectFailure(current().service.createApiKeys(data), "invalid_data", /expires_in/);
  });
});
