// requireApiKey in each framework where keys cannot be verified.

import type { ApiKeyModuleService } from "../../index.js";
import { openService } from "../support/ours";
import { FRAMEWORKS } from "./frameworks";
import { bearer, send } from "./sent";

const REFUSED_PORT = "postgres://medusa@127.0.0.1:1/none";

describe.each(FRAMEWORKS)("requireApiKey in %s without a working service", (_, start) => {
  it("responds with 503 and Retry-After if the database cannot be asked, and passes on the error", async () => {
    const unreachable = openService(REFUSED_PORT, { callTimeout: 500 }) as unknown as ApiKeyModuleService;
    const errors: unknown[] = [];
    const failing = await start(unreachable, { onUnavailable: (error) => errors.push(error) });
    try {
      const { status, challenge, headers, body } = await send(failing, "/products", bearer(`sk_${"a".repeat(64)}`));
      expect({ status, challenge, error: body.error }).toEqual({
        status: 503,
        challenge: null,
        error: "temporarily_unavailable",
      });
      expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
      expect(errors).toEqual([expect.objectContaining({ type: "database_error" })]);
      // Without a key, the database is not needed.
      expect((await send(failing, "/products")).status).toBe(401);
    } finally {
      await failing.close();
      await unreachable.close();
    }
  });

  it.each<[string, () => unknown]>([
    [
      "throws",
      () => {
        throw new Error("no log");
      },
    ],
    // An unhandled rejection would end the process, and with it this test.
    ["rejects", () => Promise.reject(new Error("no log"))],
    ["does not end", () => new Promise(() => undefined)],
  ])("responds with 503 if onUnavailable %s", async (_what, onUnavailable) => {
    const outage = Object.assign(new Error("down"), { type: "database_error" });
    const called = jest.fn(onUnavailable);
    const failing = await start({ verify: () => Promise.reject(outage) }, { onUnavailable: called });
    try {
      expect((await send(failing, "/products", bearer("sk_x"))).status).toBe(503);
      expect(called).toHaveBeenCalledWith(outage);
    } finally {
      await failing.close();
    }
  });

  it("passes on errors other than an outage", async () => {
    const broken = await start({
      verify: async () => {
        throw new TypeError("broken");
      },
    });
    expect((await fetch(`${broken.url}/whoami`, bearer("sk_x"))).status).toBe(500);
    await broken.close();
  });
});
