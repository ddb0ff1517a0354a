// What stock sets no limit to, or leaves to the engine.

import { failureOf } from "../support/failures";
import { describeStock } from "../support/implementations";
import { PUBLISHABLE, SECRET } from "../support/service";

describeStock("Stock", (current) => {
  beforeEach(() => current().service.createApiKeys({ ...PUBLISHABLE, id: "apk_1" }));

  const found = async (filter: object) => (await current().service.listApiKeys(filter)).map((key) => key.id);
  const nested = (levels: number) =>
    Array.from({ length: levels }).reduce<object>((filter) => ({ $not: filter }), { id: "apk_1" });

  it("takes a NUL for a part of a field's name (A5)", async () => {
    expect((await failureOf(current().service.listApiKeys({ "title\0": "A" }))).message).toBe(
      "Trying to query by not existing property ApiKey.title\0",
    );
  });

  it("nests filters as deep as the engine's stack (A6)", async () => {
    const ring: Record<string, unknown> = {};
    ring.$not = ring;

    expect(await found(nested(66))).toEqual(["apk_1"]);
    for (const filter of [nested(20_000), ring]) {
      await expect(current().service.listApiKeys(filter)).rejects.toMatchObject({ name: "RangeError" });
    }
  });

  it("takes thousands of conditions (A21)", async () => {
    const branches = Array.from({ length: 5_000 }, (_, index) => ({ id: `apk_${index}` }));

    expect(await found({ $or: branches })).toEqual(["apk_1"]);
  });

  it("takes patterns of any number and length (A21)", async () => {
    const branches = Array.from({ length: 500 }, (_, index) => ({ id: { $like: `apk_${index}` } }));

    expect(await found({ $or: branches })).toEqual(["apk_1"]);
    expect(await found({ id: { $like: `apk${"%".repeat(100_000)}` } })).toEqual(["apk_1"]);
  });

  it("finds tokens and titles whatever they hold, and so binds a secret that stands in a filter (A41, A42)", async () => {
    const secret = `sk_${"0f".repeat(32)}`;
    await current().service.updateApiKeys("apk_1", { title: secret });
    await current().sql("UPDATE api_key SET token = 'pk no token' WHERE id = 'apk_1'");

    expect(await found({ token: "pk no token", type: "publishable" })).toEqual(["apk_1"]);
    expect(await found({ title: secret })).toEqual(["apk_1"]);
    expect(await found({ q: secret })).toEqual(["apk_1"]);
  });

  it("lets any number of secret keys wait for their hashes (A38)", async () => {
    const creations = Array.from({ length: 40 }, () => current().service.createApiKeys(SECRET));

    expect(await Promise.all(creations)).toHaveLength(40);
  });

  it("has no hooks (A18)", () => {
    expect(current().service).not.toHaveProperty("__hooks");
  });

  it("makes a shorter token of fewer random bytes (A23)", async () => {
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
