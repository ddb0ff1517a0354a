// Which keys stock's writes affect for unusual targets. Each test fails when stock changes: then its difference in docs/compat/ goes.

import { failureOf } from "../support/failures";
import { describeStock } from "../support/implementations";
import { PUBLISHABLE, SECRET, untyped } from "../support/service";

const BY = { revoked_by: "user_2" };

describeStock("Stock's writes", (current) => {
  beforeEach(() =>
    current().service.createApiKeys([
      { ...SECRET, id: "apk_1" },
      { ...PUBLISHABLE, id: "apk_2" },
    ]),
  );

  const titles = async () => (await current().service.listApiKeys()).map((key) => key.title);

  it.each([{ id: undefined }, { $or: [] }, { q: "" }])(
    "affect every key for an accidentally empty selector (S1): %p",
    async (selector) => {
      expect(await current().service.updateApiKeys({ ...selector }, { title: "Hit" })).toHaveLength(2);
      expect(await titles()).toEqual(["Hit", "Hit"]);
      expect(await current().service.revoke({ ...selector }, BY)).toHaveLength(2);
    },
  );

  it("soft-delete and restore every key for an undefined id (S1)", async () => {
    expect((await current().service.softDeleteApiKeys({ id: undefined })).api_key_id).toHaveLength(2);
    expect((await current().service.restoreApiKeys({ id: undefined })).api_key_id).toHaveLength(2);
  });

  it("let an id in the data replace the target (S9)", async () => {
    await current().service.revoke("apk_1", { ...BY, id: "apk_2" });
    await current().service.updateApiKeys("apk_1", { title: "Elsewhere", id: "apk_2" });

    expect(await current().table()).toMatchObject([
      { id: "apk_1", revoked_at: null, title: SECRET.title },
      { id: "apk_2", revoked_by: "user_2", title: "Elsewhere" },
    ]);
  });

  it("silently do nothing for a whole key (S21)", async () => {
    const key = (await current().service.listApiKeys({ id: "apk_1" }))[0] as object;

    expect(await current().service.revoke(key, BY)).toEqual([]);
    expect(await current().service.updateApiKeys(key, { title: "Hit" })).toEqual([]);
    expect(await current().service.softDeleteApiKeys(key)).toEqual({});
    expect(await current().service.restoreApiKeys([key])).toEqual({});
  });

  it("silently delete nothing for a token and disclose it in a revocation (S21)", async () => {
    const { token } = await current().service.createApiKeys(SECRET);
    const before = await current().table();
    await current().service.deleteApiKeys(token);

    expect(await current().service.softDeleteApiKeys(token)).toEqual({});
    expect(await current().table()).toEqual(before);
    expect((await failureOf(current().service.revoke(token, BY))).message).toBe(`ApiKey with id "${token}" not found`);
  });

  it.each<[string, unknown]>([
    ["an array of ids", ["apk_1"]],
    ["undefined", undefined],
    ["null", null],
    ["a number", 5],
    ["a class instance (A22)", new URLSearchParams("id=apk_1")],
    ["an object without a prototype (A22)", Object.assign(Object.create(null), { id: "apk_1" })],
  ])("silently do nothing for %s (S10, A22)", async (_, target) => {
    expect(await current().service.revoke(untyped(target), BY)).toEqual([]);
    expect(await current().service.updateApiKeys(untyped(target), { title: "Hit" })).toEqual([]);
    expect(await titles()).toEqual([SECRET.title, PUBLISHABLE.title]);
  });
});
