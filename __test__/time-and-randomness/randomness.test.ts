// Randomness comes from crypto.randomBytes, looked up at the moment of the call.

import crypto from "node:crypto";
import { expectFailure } from "../support/failures";
import { describeEverywhere, describeOurs } from "../support/implementations";
import { PUBLISHABLE, SECRET } from "../support/service";

describeEverywhere("crypto.randomBytes determines", (current) => {
  const sizes: number[] = [];

  beforeEach(() => {
    sizes.length = 0;
    // Each call answers bytes of its own number, so that an answer tells which call it came from.
    jest
      .spyOn(crypto, "randomBytes")
      .mockImplementation(((size: number) => Buffer.alloc(size, sizes.push(size))) as never);
  });
  afterEach(() => jest.restoreAllMocks());

  it("the token and then the salt of a secret key", async () => {
    const key = await current().service.createApiKeys({ ...SECRET, id: "apk_1" });
    const [row] = await current().table();

    expect(sizes.slice(0, 2)).toEqual([32, 16]);
    expect(key.token).toBe(`sk_${"01".repeat(32)}`);
    expect(row?.salt).toBe("02".repeat(16));
  });

  it("the token of a publishable key without a salt", async () => {
    const key = await current().service.createApiKeys({ ...PUBLISHABLE, id: "apk_1" });

    expect(sizes[0]).toBe(32);
    expect(key.token).toBe(`pk_${"01".repeat(32)}`);
    expect(sizes).not.toContain(16);
  });

  it("the tokens of a batch in the order of the batch", async () => {
    const keys = await current().service.createApiKeys([SECRET, PUBLISHABLE, SECRET]);

    expect(sizes.slice(0, 5)).toEqual([32, 16, 32, 32, 16]);
    expect(keys.map((key) => key.token.slice(0, 5))).toEqual(["sk_01", "pk_03", "sk_04"]);
  });

  it("the tokens of keys that an upsert creates", async () => {
    jest.mocked(crypto.randomBytes).mockClear();
    const key = await current().service.upsertApiKeys(PUBLISHABLE);

    expect(key.token).toBe(`pk_${"01".repeat(32)}`);
  });

  it("a rejection when two tokens are equal", async () => {
    jest.mocked(crypto.randomBytes).mockImplementation(((size: number) => Buffer.alloc(size, 9)) as never);
    await current().service.createApiKeys({ ...PUBLISHABLE, id: "apk_1" });

    await expect(current().service.createApiKeys({ ...PUBLISHABLE, id: "apk_2" })).rejects.toMatchObject({
      ...{ type: "invalid_data", message: expect.stringMatching(/^Api key with token: .*, already exists\.$/) },
    });
    expect(await current().table()).toHaveLength(1);
  });
});

describeOurs("crypto.randomBytes determines", (current) => {
  afterEach(() => jest.restoreAllMocks());

  it("the token and the id of a rolled key (M4)", async () => {
    const { id } = await current().service.createApiKeys(SECRET);
    const sizes: number[] = [];
    jest
      .spyOn(crypto, "randomBytes")
      .mockImplementation(((size: number) => Buffer.alloc(size, sizes.push(size))) as never);
    const { created } = await current().service.rollApiKeys(id, { revoked_by: "user_1" });

    expect(sizes).toEqual([32, 16, 10]);
    expect(created.token).toBe(`sk_${"01".repeat(32)}`);
  });

  it.each([32, 16, 10])("a failure without a write when it returns fewer than %d bytes", async (short) => {
    const { service } = current();
    const secret = await service.createApiKeys(SECRET);
    const before = await current().table();
    jest
      .spyOn(crypto, "randomBytes")
      .mockImplementation(((size: number) => Buffer.alloc(size === short ? size - 1 : size, 7)) as never);

    for (const call of [
      () => service.createApiKeys(SECRET),
      () => service.createApiKeys([{ ...SECRET, id: "apk_1" }, SECRET]),
      () => service.upsertApiKeys([{ id: secret.id, title: "New" }, SECRET]),
      () => service.rollApiKeys(secret.id, { revoked_by: "user_1" }),
    ]) {
      await expectFailure(call(), "unexpected_state", /randomBytes/);
    }
    // A publishable key has no salt.
    if (short !== 16) await expectFailure(service.createApiKeys(PUBLISHABLE), "unexpected_state", /randomBytes/);
    expect(await current().table()).toEqual(before);
  });

  it("no token in the message about equal tokens (S6)", async () => {
    jest.spyOn(crypto, "randomBytes").mockImplementation(((size: number) => Buffer.alloc(size, 9)) as never);
    await current().service.createApiKeys({ ...PUBLISHABLE, id: "apk_1" });

    await expect(current().service.createApiKeys({ ...PUBLISHABLE, id: "apk_2" })).rejects.toMatchObject({
      message: expect.not.stringContaining("09".repeat(32)),
    });
  });
});
