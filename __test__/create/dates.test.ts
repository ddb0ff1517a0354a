// Dates that the caller sets himself.

import { expectFailure } from "../support/failures";
import { describeEverywhere, describeOurs } from "../support/implementations";
import { PUBLISHABLE, SECRET } from "../support/service";
import { after, stopClock } from "../support/time";

const NOW = "2030-06-07T06:07:08.009Z";

describeEverywhere("createApiKeys takes a date", (current) => {
  it.each<[string, unknown]>([
    ["as a Date", new Date("2031-02-03T04:05:06.789Z")],
    ["as milliseconds since 1970", Date.UTC(2031, 1, 3, 4, 5, 6, 789)],
    ["as text with a Z", "2031-02-03T04:05:06.789Z"],
    ["as text with an offset", "2031-02-03T06:05:06.789+02:00"],
    ["as text without a zone, which means UTC", "2031-02-03T04:05:06.789"],
  ])("%s", async (_, revoked_at) => {
    const { id } = await current().service.createApiKeys({ ...PUBLISHABLE, revoked_at, revoked_by: "user_1" });

    expect(await current().service.retrieveApiKey(id)).toMatchObject({
      revoked_at: new Date("2031-02-03T04:05:06.789Z"),
    });
  });

  it("or none: null means now for created_at and nothing for the others", async () => {
    stopClock(NOW);
    const dates = { created_at: null, revoked_at: null, deleted_at: null, last_used_at: null };
    const { id } = await current().service.createApiKeys({ ...PUBLISHABLE, ...dates });
    jest.useRealTimers();

    expect(await current().service.retrieveApiKey(id)).toMatchObject({ ...dates, created_at: new Date(NOW) });
  });
});

describeOurs("createApiKeys", (current) => {
  it("answers Dates of its own, equal to the caller's (A34)", async () => {
    const created_at = new Date(0);
    const key = await current().service.createApiKeys({ ...PUBLISHABLE, created_at });

    expect(key.created_at).toEqual(created_at);
    expect(key.created_at).not.toBe(created_at);
  });
});

describeOurs("createApiKeys with expires_in (M5)", (current) => {
  beforeEach(() => stopClock(NOW));
  afterEach(() => jest.useRealTimers());

  it("stores a revocation to come, by the key's creator", async () => {
    const key = await current().service.createApiKeys({ ...SECRET, created_by: "user_7", expires_in: 900 });

    expect(key).toMatchObject({ revoked_at: after(NOW, 900), revoked_by: "user_7" });
    expect(Object.keys(key)).not.toContain("expires_in");
  });

  it("lets the token in until then and no longer", async () => {
    const { id, token } = await current().service.createApiKeys({ ...SECRET, expires_in: 900 });

    jest.setSystemTime(after(NOW, 899.999));
    expect(await current().service.authenticate(token)).toMatchObject({ id });
    jest.setSystemTime(after(NOW, 900));
    expect(await current().service.authenticate(token)).toBe(false);
  });

  it.each<[string, unknown]>([
    ["a negative number", -1],
    ["text", "900"],
    ["NaN", Number.NaN],
    ["a date", new Date()],
  ])("refuses %s", async (_, expires_in) => {
    await expectFailure(current().service.createApiKeys({ ...SECRET, expires_in }), "invalid_data", /expires_in/);
    expect(await current().table()).toEqual([]);
  });

  it("refuses it beside a revocation of the caller's own", async () => {
    const data = { ...SECRET, expires_in: 900, revoked_at: new Date("2031-01-01") };

    await expectFailure(current().service.createApiKeys(data), "invalid_data", /expires_in/);
  });
});
