// What cannot be a token, and secrets where none belong.

import type { ApiKeyModuleService } from "../../index.js";
import { describeOurs } from "../support/implementations";
import { lookUpPlainly } from "../support/leased";
import { type OurService, PUBLISHABLE } from "../support/service";

const HUNDRED_MEGABYTES = "x".repeat(100_000_000);

/** The calls that reach the native part. */
const asked = (service: OurService) => {
  const { native_ } = service as unknown as { native_: Record<string, (...args: unknown[]) => unknown> };
  const names = ["authenticate", "publishableKey", "recall", "listApiKeys"];
  return names.map((name) => jest.spyOn(native_, name));
};

describeOurs("A string that cannot be a token", (current) => {
  afterEach(() => jest.restoreAllMocks());

  it.each([
    ["100 MB of letters", HUNDRED_MEGABYTES],
    ["513 characters", "x".repeat(513)],
    ["100 MB behind a prefix", `sk_${HUNDRED_MEGABYTES}`],
    ["100 MB of NUL", "\0".repeat(100_000_000)],
  ])("is rejected before the native call: %s (A41)", async (_, text) => {
    const spies = asked(current().service);

    expect(await current().service.authenticate(text)).toBe(false);
    expect(await current().service.listApiKeys({ token: text, type: "publishable" })).toEqual([]);
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
  });

  it.each(["", " ", "sk_ä", "sk_1 2", "sk_1\n", "pk_\u{7f}", "\u{1f511}", "\ud800", "a\0"])(
    "matches no lookup even when it is stored: %j (A41)",
    async (text) => {
      const { service, sql } = current();
      const { id } = await service.createApiKeys(PUBLISHABLE);
      // PostgreSQL holds no NUL, and neither holds a lone surrogate.
      if (text.isWellFormed() && !text.includes("\0")) {
        await sql("UPDATE api_key SET token = ? WHERE id = ?", [text, id]);
      }

      expect(await service.authenticate(text)).toBe(false);
      if (!text.isWellFormed() || text.includes("\0")) return;
      expect(await service.listApiKeys({ token: text, type: "publishable" })).toEqual([]);
      expect(await lookUpPlainly(service, text)).toEqual([]);
      expect(await service.listApiKeys({ token: { $in: [text] } })).toEqual([]);
    },
  );

  it("causes no read in PostgreSQL (A41)", async () => {
    const service = current().service as unknown as ApiKeyModuleService;
    await service.authenticate("sk_1");
    const before = await service.status();
    for (const text of ["sk_ä", "", "sk_1 2", "x".repeat(513)]) await service.authenticate(text);
    for (const token of ["sk_1", "pk_ä"]) await service.listApiKeys({ token, type: "publishable" });

    expect((await service.status()).readBatcher?.calls).toBe(before.readBatcher?.calls);
  });

  it("does not include short or unusual tokens", async () => {
    const { service, sql } = current();
    const { id } = await service.createApiKeys(PUBLISHABLE);
    for (const token of ["1", "~!", "x".repeat(512)]) {
      await sql("UPDATE api_key SET token = ? WHERE id = ?", [token, id]);
      expect(await service.listApiKeys({ token, type: "publishable" })).toMatchObject([{ id }]);
      expect(await lookUpPlainly(service, token)).toMatchObject([{ id }]);
    }
  });
});
