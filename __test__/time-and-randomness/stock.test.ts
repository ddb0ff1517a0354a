// How stock uses the clock and random bytes.

import { failureOf } from "../support/failures";
import { describeStock } from "../support/implementations";
import { PUBLISHABLE } from "../support/service";
import { stopClock } from "../support/time";

describeStock("Stock's createApiKeys", (current) => {
  it("draws sixteen single bytes for a generated id and none for a given id (A19)", async () => {
    const crypto = jest.requireActual<typeof import("node:crypto")>("node:crypto");
    const drawn = jest.spyOn(crypto, "randomBytes");
    const sizes = () => drawn.mock.calls.map(([size]) => size).filter((size) => size === 1 || size === 32);
    await current().service.createApiKeys(PUBLISHABLE);
    const anonymous = sizes();
    drawn.mockClear();
    await current().service.createApiKeys({ ...PUBLISHABLE, id: "apk_chosen" });
    const named = sizes();
    drawn.mockRestore();

    expect(anonymous).toEqual([32, ...Array(16).fill(1)]);
    expect(named).toEqual([32]);
  });

  it("passes a year outside 1 to 9999 to the driver and creates no id before 1970 (A20)", async () => {
    const create = (data: object = PUBLISHABLE) => failureOf(current().service.createApiKeys(data));
    for (const at of ["+010000-01-01T00:00:00.000Z", "0000-12-31T23:59:59.999Z"]) {
      stopClock(at);
      expect((await create({ ...PUBLISHABLE, id: "apk_chosen" })).name).toBe("DriverException");
    }
    stopClock("1969-12-31T23:59:59.999Z");
    const failure = await create();
    jest.useRealTimers();

    expect(failure.message).toBe("time must be positive");
    expect(failure.__isMedusaError).toBeUndefined();
  });

  it("creates a shorter token from fewer random bytes (A23)", async () => {
    const crypto = jest.requireActual<typeof import("node:crypto")>("node:crypto");
    const { randomBytes } = crypto;
    const drawn = jest
      .spyOn(crypto, "randomBytes")
      .mockImplementation(((size: number) => randomBytes(Math.min(size, 4))) as never);
    const key = await current().service.createApiKeys({ ...PUBLISHABLE, id: "apk_2" });
    drawn.mockRestore();

    expect(key.token).toMatch(/^pk_[0-9a-f]{8}$/);
  });
});
