// Hiding keys and bringing them back.

import { describeEverywhere, describeOurs } from "../support/implementations";
import { PUBLISHABLE, SECRET, untyped } from "../support/service";
import { stopClock } from "../support/time";

const NOW = new Date("2030-06-07T06:07:08.009Z");

describeEverywhere("softDeleteApiKeys", (current) => {
  beforeEach(async () => {
    stopClock("2030-01-01");
    await current().service.createApiKeys([
      { ...SECRET, id: "apk_a", title: "A" },
      { ...SECRET, id: "apk_b", title: "B" },
      { ...PUBLISHABLE, id: "apk_c", title: "C" },
    ]);
    stopClock(NOW);
  });
  afterEach(() => jest.useRealTimers());

  const visible = async () => (await current().service.listApiKeys()).map((key) => key.id);
  const sorted = (answer: Record<string, string[]>) =>
    Object.fromEntries(Object.entries(answer).map(([name, ids]) => [name, [...ids].sort()]));

  it("hides a key, revoked or not, and returns its id under both linkable names", async () => {
    expect(await current().service.softDeleteApiKeys("apk_a")).toEqual({
      ...{ api_key_id: ["apk_a"], publishable_key_id: ["apk_a"] },
    });
    expect(await visible()).toEqual(["apk_b", "apk_c"]);
  });

  it("sets deleted_at and updated_at and nothing else", async () => {
    const before = await current().service.retrieveApiKey("apk_a");
    await current().service.softDeleteApiKeys("apk_a");

    expect(await current().service.retrieveApiKey("apk_a", { withDeleted: true })).toEqual({
      ...{ ...before, deleted_at: NOW, updated_at: NOW },
    });
  });

  it.each<[string, string | object, string[]]>([
    ["ids", ["apk_a", "apk_c", "apk_nope"], ["apk_a", "apk_c"]],
    ["a selector", { title: { $gt: "A" } }, ["apk_b", "apk_c"]],
    ["selectors and ids mixed", [{ title: "A" }, "apk_c"], ["apk_a", "apk_c"]],
    ["a selector with a list of ids, as Medusa's links ask", { id: ["apk_b", "apk_c"] }, ["apk_b", "apk_c"]],
    ["an empty selector, which means every key", {}, ["apk_a", "apk_b", "apk_c"]],
  ])("accepts %s", async (_, targets, ids) => {
    const answer = await current().service.softDeleteApiKeys(targets);

    expect(sorted(answer)).toEqual({ api_key_id: ids, publishable_key_id: ids });
    expect(await visible()).toEqual(["apk_a", "apk_b", "apk_c"].filter((id) => !ids.includes(id)));
  });

  it.each<[string, unknown]>([
    ["an unknown id", "apk_nope"],
    ["an empty string", ""],
    ["an empty array", []],
    ["null", null],
    ["undefined", undefined],
    ["an array of nothing", [undefined, null, ""]],
    ["an empty selector beside an empty string, which is not an id", [{}, ""]],
  ])("returns an empty object for %s", async (_, targets) => {
    expect(await current().service.softDeleteApiKeys(untyped(targets))).toEqual({});
    expect(await visible()).toHaveLength(3);
  });

  it("returns an empty object for a key that is already soft-deleted and keeps its deleted_at", async () => {
    await current().service.softDeleteApiKeys("apk_a");
    jest.setSystemTime(new Date("2031-01-01"));

    expect(await current().service.softDeleteApiKeys("apk_a")).toEqual({});
    expect(await current().service.retrieveApiKey("apk_a", { withDeleted: true })).toMatchObject({ deleted_at: NOW });
  });

  it.each<[string, string[], object]>([
    ["one name", ["api_key_id"], { api_key_id: ["apk_a"] }],
    ["both names", ["publishable_key_id", "api_key_id"], { api_key_id: ["apk_a"], publishable_key_id: ["apk_a"] }],
    ["an unknown name", ["nope_id"], {}],
    ["no name", [], { api_key_id: ["apk_a"], publishable_key_id: ["apk_a"] }],
  ])("returns the requested names with %s in returnLinkableKeys", async (_, returnLinkableKeys, answer) => {
    expect(await current().service.softDeleteApiKeys("apk_a", { returnLinkableKeys })).toEqual(answer);
    expect(await current().service.restoreApiKeys("apk_a", { returnLinkableKeys })).toEqual(answer);
  });

  it("blocks authentication of a key until it is restored", async () => {
    const { id, token } = await current().service.createApiKeys(SECRET);
    await current().service.softDeleteApiKeys(id);
    expect(await current().service.authenticate(token)).toBe(false);
    await current().service.restoreApiKeys(id);

    expect(await current().service.authenticate(token)).toMatchObject({ id, deleted_at: null });
  });
});

describeEverywhere("restoreApiKeys", (current) => {
  beforeEach(async () => {
    await current().service.createApiKeys([
      { ...SECRET, id: "apk_a", updated_at: new Date("2020-01-01") },
      { ...SECRET, id: "apk_b", updated_at: new Date("2020-01-01"), deleted_at: new Date("2021-01-01") },
    ]);
    stopClock(NOW);
  });
  afterEach(() => jest.useRealTimers());

  it("restores a key and sets updated_at", async () => {
    expect(await current().service.restoreApiKeys("apk_b")).toEqual({
      ...{ api_key_id: ["apk_b"], publishable_key_id: ["apk_b"] },
    });
    expect(await current().service.retrieveApiKey("apk_b")).toMatchObject({ deleted_at: null, updated_at: NOW });
  });

  it("reports a key that was not soft-deleted without writing it", async () => {
    expect(await current().service.restoreApiKeys({ id: ["apk_a"] })).toEqual({
      ...{ api_key_id: ["apk_a"], publishable_key_id: ["apk_a"] },
    });
    expect(await current().service.retrieveApiKey("apk_a")).toMatchObject({ updated_at: new Date("2020-01-01") });
  });

  it("restores all keys for an empty selector and returns an empty object for no target", async () => {
    expect(await current().service.restoreApiKeys(untyped(undefined))).toEqual({});
    expect(await current().service.restoreApiKeys("apk_nope")).toEqual({});
    expect(await current().service.restoreApiKeys([{}, ""])).toEqual({});
    expect((await current().service.restoreApiKeys({})).api_key_id?.sort()).toEqual(["apk_a", "apk_b"]);
    expect(await current().service.listApiKeys()).toHaveLength(2);
  });
});

describeOurs("softDeleteApiKeys and restoreApiKeys", (current) => {
  it("treat null as an absent config (A25)", async () => {
    await current().service.createApiKeys({ ...PUBLISHABLE, id: "apk_a" });
    const linked = { api_key_id: ["apk_a"], publishable_key_id: ["apk_a"] };

    expect(await current().service.softDeleteApiKeys("apk_a", untyped(null))).toEqual(linked);
    expect(await current().service.restoreApiKeys("apk_a", untyped(null))).toEqual(linked);
  });

  it("return ids in order, regardless of row order (A17)", async () => {
    const ids = ["apk_a", "apk_b", "apk_c"];
    await current().service.createApiKeys([...ids].reverse().map((id) => ({ ...PUBLISHABLE, id })));
    await current().service.updateApiKeys("apk_a", { title: "Moved" });

    current().emitted.length = 0;
    expect(await current().service.softDeleteApiKeys({})).toEqual({ api_key_id: ids, publishable_key_id: ids });
    expect(current().emitted).toMatchObject([{ messages: ids.map((id) => ({ data: { id } })) }]);
    expect(await current().service.restoreApiKeys({})).toEqual({ api_key_id: ids, publishable_key_id: ids });
  });
});
