// Dates that the caller sets himself.

import { describeEverywhere, describeOurs } from "../support/implementations";
import { PUBLISHABLE } from "../support/service";
import { stopClock } from "../support/time";

const NOW = "2030-06-07T06:07:08.009Z";

describeEverywhere("createApiKeys accepts a date", (current) => {
  it.each<[string, unknown]>([
    ["as a Date", new Date("2031-02-03T04:05:06.789Z")],
    ["as milliseconds since 1970", Date.UTC(2031, 1, 3, 4, 5, 6, 789)],
    ["as a string with a Z", "2031-02-03T04:05:06.789Z"],
    ["as a string with an offset", "2031-02-03T06:05:06.789+02:00"],
    ["as a string without a zone, read as UTC (A7)", "2031-02-03T04:05:06.789"],
  ])("%s", async (_, revoked_at) => {
    const { id } = await current().service.createApiKeys({ ...PUBLISHABLE, revoked_at, revoked_by: "user_1" });

    expect(await current().service.retrieveApiKey(id)).toMatchObject({
      revoked_at: new Date("2031-02-03T04:05:06.789Z"),
    });
  });

  it("of null, which means now for created_at and null for the others", async () => {
    stopClock(NOW);
    const dates = { created_at: null, revoked_at: null, deleted_at: null, last_used_at: null };
    const { id } = await current().service.createApiKeys({ ...PUBLISHABLE, ...dates });
    jest.useRealTimers();

    expect(await current().service.retrieveApiKey(id)).toMatchObject({ ...dates, created_at: new Date(NOW) });
  });
});

describeOurs("createApiKeys", (current) => {
  it("returns new Dates equal to the caller's (A34)", async () => {
    const created_at = new Date(0);
    const key = await current().service.createApiKeys({ ...PUBLISHABLE, created_at });

    expect(key.created_at).toEqual(created_at);
    expect(key.created_at).not.toBe(created_at);
  });
});
