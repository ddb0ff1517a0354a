// New titles.

import { expectFailure } from "../support/failures";
import { describeEverywhere } from "../support/implementations";
import { PUBLISHABLE, SECRET } from "../support/service";
import { stopClock } from "../support/time";

describeEverywhere("updateApiKeys", (current) => {
  beforeEach(() =>
    current().service.createApiKeys([
      { ...SECRET, id: "apk_b", title: "B", updated_at: new Date("2020-01-01") },
      { ...PUBLISHABLE, id: "apk_a", title: "A", updated_at: new Date("2020-01-01") },
      { ...PUBLISHABLE, id: "apk_c", title: "C", updated_at: new Date("2020-01-01") },
    ]),
  );
  afterEach(() => jest.useRealTimers());

  it("changes the title of the key with an id and returns that key", async () => {
    stopClock("2030-01-01T00:00:00.123Z");
    const key = await current().service.updateApiKeys("apk_b", { title: "New" });

    expect(Object.keys(key)).toEqual(current().columns);
    expect(key).toMatchObject({
      id: "apk_b",
      title: "New",
      token: "",
      updated_at: new Date("2030-01-01T00:00:00.123Z"),
    });
    expect(await current().service.retrieveApiKey("apk_b")).toEqual(key);
  });

  it("changes no other key and no other column", async () => {
    const before = await current().service.listApiKeys();
    await current().service.updateApiKeys("apk_b", {
      title: "New",
      created_by: "x",
      type: "publishable",
      revoked_at: new Date(),
    });
    const after = await current().service.listApiKeys();

    expect(after).toEqual(
      before.map((key) => (key.id === "apk_b" ? { ...key, title: "New", updated_at: expect.any(Date) } : key)),
    );
  });

  it("returns the token of a publishable key", async () => {
    expect(await current().service.updateApiKeys("apk_a", { title: "New" })).toMatchObject({
      token: expect.stringMatching(/^pk_/),
    });
  });

  it("changes the title of all keys that a selector matches and returns them ordered by id", async () => {
    const keys = await current().service.updateApiKeys({ id: ["apk_b", "apk_a"] }, { title: "New" });

    expect(keys.map((key) => [key.id, key.title])).toEqual([
      ["apk_a", "New"],
      ["apk_b", "New"],
    ]);
    expect(await current().service.retrieveApiKey("apk_c")).toMatchObject({ title: "C" });
  });

  it("accepts every filter as a selector, including a search", async () => {
    expect(
      await current().service.updateApiKeys({ title: { $gte: "B" }, type: "publishable" }, { title: "Zett" }),
    ).toHaveLength(1);
    expect(await current().service.updateApiKeys({ q: "zet" }, { title: "Y" })).toMatchObject([{ id: "apk_c" }]);
  });

  it("updates every key for an empty selector", async () => {
    await current().service.softDeleteApiKeys("apk_c");

    expect(await current().service.updateApiKeys({}, { title: "Same" })).toHaveLength(2);
    expect(await current().sql("SELECT id FROM api_key WHERE title = 'Same' ORDER BY id")).toEqual([
      { id: "apk_a" },
      { id: "apk_b" },
    ]);
  });

  it("returns an empty array when a selector matches nothing", async () => {
    expect(await current().service.updateApiKeys({ id: "apk_nope" }, { title: "New" })).toEqual([]);
  });

  it("writes nothing when the title is unchanged", async () => {
    const key = await current().service.updateApiKeys("apk_a", { title: "A" });

    expect(key.updated_at).toEqual(new Date("2020-01-01"));
    expect(current().emitted.flatMap(({ messages }) => messages)).not.toContainEqual(
      expect.objectContaining({ name: "api_key.api-key.updated" }),
    );
  });

  it.each(["apk_nope", ""])("rejects the unknown id %j", async (id) => {
    await expectFailure(
      current().service.updateApiKeys(id, { title: "New" }),
      "not_found",
      `ApiKey with id "${id}" not found`,
    );
  });

  it("rejects a soft-deleted key", async () => {
    await current().service.softDeleteApiKeys("apk_a");

    await expectFailure(
      current().service.updateApiKeys("apk_a", { title: "New" }),
      "not_found",
      'ApiKey with id "apk_a" not found',
    );
  });

  it("lets all parallel updates succeed and return their own titles", async () => {
    const titles = Array.from({ length: 8 }, (_, index) => `Title ${index}`);
    const keys = await Promise.all(titles.map((title) => current().service.updateApiKeys("apk_a", { title })));

    expect(keys.map((key) => key.title)).toEqual(titles);
    expect(titles).toContain((await current().service.retrieveApiKey("apk_a")).title);
  });
});
