// Creating and updating in one call.

import { expectFailure } from "../support/failures";
import { describeEverywhere, describeOurs } from "../support/implementations";
import { COLUMNS, PUBLISHABLE, SECRET } from "../support/service";

describeEverywhere("upsertApiKeys", (current) => {
  it("creates an element without an id and returns its token", async () => {
    const key = await current().service.upsertApiKeys(SECRET);

    expect(key).toMatchObject({ ...SECRET, id: expect.stringMatching(/^apk_/) });
    expect(await current().service.authenticate(key.token)).toMatchObject({ id: key.id });
  });

  it("changes only the title of an element with an id", async () => {
    const created = await current().service.createApiKeys({ ...PUBLISHABLE, id: "apk_1" });
    await current().service.upsertApiKeys({ id: "apk_1", title: "New", created_by: "user_2", type: "secret" });

    expect(await current().service.retrieveApiKey("apk_1")).toMatchObject({
      ...{ title: "New", created_by: "user_1", type: "publishable", token: created.token },
    });
  });

  it.each<[string, object]>([
    ["inherits", Object.create({ id: "apk_1", title: "New" })],
    [
      "computes",
      new (class {
        get id() {
          return "apk_1";
        }
        get title() {
          return "New";
        }
      })(),
    ],
    ["inherits in part", Object.assign(Object.create({ id: "apk_1" }), { title: "New" })],
  ])("reads an id and a title that an element %s", async (_, element) => {
    await current().service.createApiKeys({ ...PUBLISHABLE, id: "apk_1" });
    await current().service.upsertApiKeys([element]);

    expect(await current().service.listApiKeys()).toMatchObject([{ id: "apk_1", title: "New" }]);
  });

  it("returns created keys first and then updated ones ordered by id", async () => {
    const { service } = current();
    await service.createApiKeys(["apk_b", "apk_a"].map((id) => ({ ...PUBLISHABLE, id })));
    const keys = await service.upsertApiKeys([
      { id: "apk_b", title: "B" },
      { ...PUBLISHABLE, title: "C" },
      { id: "apk_a", title: "A" },
      { ...PUBLISHABLE, title: "D" },
    ]);

    expect(keys.map((key) => key.title)).toEqual(["C", "D", "A", "B"]);
  });

  it("returns an object for an object, an array for an array and nothing for an empty array", async () => {
    const { service } = current();

    expect(Array.isArray(await service.upsertApiKeys(PUBLISHABLE))).toBe(false);
    expect(await service.upsertApiKeys([PUBLISHABLE])).toHaveLength(1);
    expect(await service.upsertApiKeys([])).toEqual([]);
  });

  it("returns one key with the last title for an id that appears twice", async () => {
    const { service } = current();
    await service.createApiKeys({ ...PUBLISHABLE, id: "apk_1" });
    const keys = await service.upsertApiKeys([
      { id: "apk_1", title: "First" },
      { id: "apk_1", title: "Last" },
    ]);

    expect(keys.map((key) => key.title)).toEqual(["Last"]);
  });

  it("rejects unknown and soft-deleted ids by name and creates nothing", async () => {
    const { service } = current();
    await service.createApiKeys({ ...PUBLISHABLE, id: "apk_gone" });
    await service.softDeleteApiKeys("apk_gone");
    const before = await current().table();
    const upsert = service.upsertApiKeys([{ id: "apk_gone", title: "A" }, PUBLISHABLE, { id: "apk_nope", title: "B" }]);

    await expectFailure(upsert, "not_found", 'ApiKey with id "apk_gone, apk_nope" not found');
    expect(await current().table()).toEqual(before);
  });

  it("keeps updated_at when the title is unchanged", async () => {
    const { service } = current();
    const created = await service.createApiKeys({ ...PUBLISHABLE, id: "apk_1", updated_at: new Date("2020-01-01") });
    await service.upsertApiKeys({ id: "apk_1", title: created.title });

    expect(await service.retrieveApiKey("apk_1")).toMatchObject({ updated_at: new Date("2020-01-01") });
  });

  it("rejects an update without a title", async () => {
    await current().service.createApiKeys({ ...PUBLISHABLE, id: "apk_1" });

    await expect(current().service.upsertApiKeys({ id: "apk_1" })).rejects.toThrow(/title/);
    expect(await current().service.retrieveApiKey("apk_1")).toMatchObject({ title: PUBLISHABLE.title });
  });
});

describeOurs("upsertApiKeys", (current) => {
  it("returns every column of created and updated keys (M2)", async () => {
    const { service } = current();
    await service.createApiKeys({ ...SECRET, id: "apk_1" });
    const [created, updated] = await service.upsertApiKeys([SECRET, { id: "apk_1", title: "New" }]);

    expect(Object.keys(created).filter((name) => name !== "salt")).toEqual(COLUMNS);
    expect(Object.keys(updated)).toEqual(COLUMNS);
    expect(created).toMatchObject({ created_at: expect.any(Date), revoked_at: null, deleted_at: null });
  });

  it("does not return the hash of an updated secret key (S4)", async () => {
    await current().service.createApiKeys({ ...SECRET, id: "apk_1" });

    expect(await current().service.upsertApiKeys({ id: "apk_1", title: "New" })).toMatchObject({ token: "" });
  });

  it("writes nothing when one element is invalid", async () => {
    await current().service.createApiKeys({ ...PUBLISHABLE, id: "apk_1" });
    const before = await current().table();

    await expectFailure(
      current().service.upsertApiKeys([{ id: "apk_1", title: "New" }, PUBLISHABLE, { ...PUBLISHABLE, title: 5 }]),
      "invalid_data",
      /title/,
    );
    expect(await current().table()).toEqual(before);
  });
});
