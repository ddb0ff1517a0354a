// Whom stock hits, where this package refuses. Each of these tests fails when stock mends its ways: then the row of COMPAT.md goes.

import { failureOf } from "../support/failures";
import { describeStock } from "../support/implementations";
import { bare } from "../support/kinds";
import { PUBLISHABLE, SECRET, untyped } from "../support/service";

const BY = { revoked_by: "user_2" };

describeStock("Stock, when a write is aimed at nothing in particular,", (current) => {
  beforeEach(() =>
    current().service.createApiKeys([
      { ...SECRET, id: "apk_1" },
      { ...PUBLISHABLE, id: "apk_2" },
    ]),
  );

  const titles = async () => (await current().service.listApiKeys()).map((key) => key.title);

  it.each([{ id: undefined }, { $or: [] }, { q: "" }])("hits every key (S1): %p", async (selector) => {
    expect(await current().service.updateApiKeys({ ...selector }, { title: "Hit" })).toHaveLength(2);
    expect(await titles()).toEqual(["Hit", "Hit"]);
    expect(await current().service.revoke({ ...selector }, BY)).toHaveLength(2);
  });

  it("hides and shows every key (S1)", async () => {
    expect((await current().service.softDeleteApiKeys({ id: undefined })).api_key_id).toHaveLength(2);
    expect((await current().service.restoreApiKeys({ id: undefined })).api_key_id).toHaveLength(2);
  });

  it.each<[string, unknown]>([
    ["[undefined]", [undefined]],
    ["[{}]", [{}]],
  ])("deletes the whole table, live keys included, for %s (S2)", async (_, ids) => {
    await current().service.deleteApiKeys(untyped(ids));

    expect(await current().table()).toEqual([]);
  });

  it("deletes live keys by a selector in an array (S2)", async () => {
    await current().service.deleteApiKeys(untyped([{ title: SECRET.title }]));

    expect(await current().table()).toMatchObject([{ id: "apk_2" }]);
  });

  it("names every live key to whoever deletes undefined (S2)", async () => {
    const failure = await failureOf(current().service.deleteApiKeys(untyped(undefined)));

    expect(failure.message).toBe("Cannot delete api keys that are not revoked - apk_1, apk_2");
  });

  it("asks the database to compare text with a record for [['a', 'b']] (S2)", async () => {
    expect((await failureOf(current().service.deleteApiKeys(untyped([["a", "b"]])))).message).toContain(
      "text = record",
    );
  });

  it("lets the data replace the target (S9)", async () => {
    await current().service.revoke("apk_1", { ...BY, id: "apk_2" });
    await current().service.updateApiKeys("apk_1", { title: "Elsewhere", id: "apk_2" });

    expect(await current().table()).toMatchObject([
      { id: "apk_1", revoked_at: null, title: SECRET.title },
      { id: "apk_2", revoked_by: "user_2", title: "Elsewhere" },
    ]);
  });

  it("does silently nothing for a whole key (S21)", async () => {
    const key = (await current().service.listApiKeys({ id: "apk_1" }))[0] as object;

    expect(await current().service.revoke(key, BY)).toEqual([]);
    expect(await current().service.updateApiKeys(key, { title: "Hit" })).toEqual([]);
    expect(await current().service.softDeleteApiKeys(key)).toEqual({});
    expect(await current().service.restoreApiKeys([key])).toEqual({});
  });

  it("does silently nothing when a token is to be deleted, and shows the token when it is to be revoked (S21)", async () => {
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
  ])("does silently nothing for %s (S10)", async (_, target) => {
    expect(await current().service.revoke(untyped(target), BY)).toEqual([]);
    expect(await current().service.updateApiKeys(untyped(target), { title: "Hit" })).toEqual([]);
    expect(await titles()).toEqual([SECRET.title, PUBLISHABLE.title]);
  });

  it("hides and shows what an object without a prototype selects, and shows what a class instance selects (A22)", async () => {
    const hidden = async (target: object) => (await current().service.softDeleteApiKeys(target)).api_key_id;

    expect(await hidden(bare({ id: "apk_1" }))).toEqual(["apk_1"]);
    expect(
      (
        await current().service.restoreApiKeys(
          new (class {
            id = "apk_1";
          })(),
        )
      ).api_key_id,
    ).toEqual(["apk_1"]);
    expect(await hidden({ id: bare({ $in: ["apk_2"] }) })).toEqual(["apk_2"]);
    expect(await hidden(bare({ id: undefined }))).toEqual(["apk_1"]);
  });

  it.each([
    ["shop, north", "shop"],
    ["shop (north)", "north)"],
    ["t", "true"],
  ])("names the taken id %j as %j (A39)", async (id, named) => {
    await current().service.createApiKeys({ ...PUBLISHABLE, id });

    expect((await failureOf(current().service.createApiKeys({ ...PUBLISHABLE, id }))).message).toBe(
      `Api key with id: ${named}, already exists.`,
    );
  });

  it("answers two keys and stores one when an id stands twice in one call (S12)", async () => {
    const answers = await current().service.createApiKeys([
      { ...PUBLISHABLE, id: "apk_3", title: "One" },
      { ...PUBLISHABLE, id: "apk_3", title: "Other" },
    ]);

    expect(answers.map((key) => key.title)).toEqual(["One", "One"]);
    expect(await current().table()).toHaveLength(3);
  });

  it("drops {} beside an id, and fails on null beside one when it restores (A25)", async () => {
    expect(await current().service.softDeleteApiKeys(["apk_1", {}])).toMatchObject({ api_key_id: ["apk_1"] });
    await expect(current().service.restoreApiKeys(["apk_1", null])).rejects.toThrow(TypeError);
  });

  it("hides a key, tells nobody and fails when the second argument is null (A25)", async () => {
    current().emitted.length = 0;

    await expect(current().service.softDeleteApiKeys("apk_1", untyped(null))).rejects.toThrow(TypeError);
    expect(await current().table()).toMatchObject([{ deleted_at: expect.any(Date) }, { deleted_at: null }]);
    expect(current().emitted).toEqual([]);
  });

  it("reports what it hid in physical order (A17)", async () => {
    // An update moves the row behind the other.
    await current().service.updateApiKeys("apk_1", { title: "Moved" });

    current().emitted.length = 0;
    expect(await current().service.softDeleteApiKeys({})).toMatchObject({ api_key_id: ["apk_2", "apk_1"] });
    expect(current().emitted).toMatchObject([{ messages: [{ data: { id: "apk_2" } }, { data: { id: "apk_1" } }] }]);
  });
});
