// Deletion for good.

import { expectFailure } from "../support/failures";
import { describeEverywhere, describeOurs } from "../support/implementations";
import { meanwhile } from "../support/meanwhile";
import { openService } from "../support/ours";
import { createPostgresDatabase } from "../support/postgres";
import { PUBLISHABLE, SECRET, untyped } from "../support/service";

const REVOKED = { revoked_at: new Date("2020-01-01"), revoked_by: "user_1" };

describeEverywhere("deleteApiKeys", (current) => {
  beforeEach(() =>
    current().service.createApiKeys([
      { ...SECRET, id: "apk_live_s" },
      { ...PUBLISHABLE, id: "apk_live_p" },
      { ...SECRET, id: "apk_later", revoked_at: new Date("2999-01-01"), revoked_by: "user_1" },
      { ...SECRET, ...REVOKED, id: "apk_old_s" },
      { ...PUBLISHABLE, ...REVOKED, id: "apk_old_p" },
    ]),
  );

  const ids = async () => (await current().table()).map((row) => row.id);

  it("deletes the row of a revoked key and returns undefined", async () => {
    expect(await current().service.deleteApiKeys("apk_old_s")).toBeUndefined();
    expect(await ids()).toEqual(["apk_later", "apk_live_p", "apk_live_s", "apk_old_p"]);
  });

  it("deletes several revoked keys and ignores unknown ids", async () => {
    await current().service.deleteApiKeys(["apk_old_s", "apk_nope", "apk_old_p"]);

    expect(await ids()).toEqual(["apk_later", "apk_live_p", "apk_live_s"]);
  });

  it.each<[string, string[], string]>([
    ["a live key", ["apk_live_s"], "apk_live_s"],
    ["a key that is revoked only later", ["apk_later"], "apk_later"],
    [
      "live keys among revoked ones, naming all of them by id",
      ["apk_old_s", "apk_live_s", "apk_live_p"],
      "apk_live_p, apk_live_s",
    ],
  ])("rejects %s and deletes nothing", async (_, asked, named) => {
    await expectFailure(
      current().service.deleteApiKeys(asked),
      "not_allowed",
      `Cannot delete api keys that are not revoked - ${named}`,
    );
    expect(await ids()).toHaveLength(5);
  });

  it("deletes a soft-deleted key, revoked or not", async () => {
    await current().service.softDeleteApiKeys("apk_live_s");
    await current().service.deleteApiKeys("apk_live_s");

    expect(await ids()).not.toContain("apk_live_s");
  });

  it.each<[string, unknown]>([
    ["an empty array", []],
    ["an empty string", ""],
    ["null", null],
    ["an array of null", [null]],
  ])("does nothing for %s", async (_, asked) => {
    expect(await current().service.deleteApiKeys(untyped(asked))).toBeUndefined();
    expect(await ids()).toHaveLength(5);
  });

  it("may be called in parallel for the same key", async () => {
    await Promise.all(Array.from({ length: 5 }, () => current().service.deleteApiKeys("apk_old_s")));

    expect(await ids()).toHaveLength(4);
  });
});

describeOurs("deleteApiKeys", (current) => {
  beforeEach(() =>
    current().service.createApiKeys([
      { ...SECRET, id: "apk_live", title: "live" },
      { ...PUBLISHABLE, ...REVOKED, id: "apk_old", title: "old" },
    ]),
  );

  it.each<[string, unknown]>([
    ["undefined", undefined],
    ["an array with undefined", ["apk_old", undefined]],
    ["an empty selector", {}],
    ["a selector", { title: "old" }],
    ["an array of an empty selector", [{}]],
    ["an array of selectors", [{ title: "live" }]],
    ["nested arrays", [["apk_old"]]],
    ["a number", 5],
    ["an array with a boolean", ["apk_old", true]],
  ])("rejects %s, deletes nothing and discloses no id (S2)", async (_, asked) => {
    const before = await current().table();

    await expectFailure(current().service.deleteApiKeys(untyped(asked)), "invalid_data", /^(?!.*apk_).*\bids?\b/s);
    expect(await current().table()).toEqual(before);
  });

  it("never deletes a key that a parallel call restored", async () => {
    const { service } = current();
    for (let round = 0; round < 50; round++) {
      const { id } = await service.createApiKeys(PUBLISHABLE);
      await service.softDeleteApiKeys(id);
      const [restored, deleted] = await Promise.allSettled([service.restoreApiKeys(id), service.deleteApiKeys(id)]);
      const left = (await service.listApiKeys({ id })).map((key) => key.id);

      if (restored.status === "rejected") throw restored.reason;
      expect(left).toEqual(restored.value.api_key_id ?? []);
      if (left.length === 0) expect(deleted).toMatchObject({ status: "fulfilled" });
      else expect(deleted).toMatchObject({ status: "rejected", reason: { type: "not_allowed" } });
    }
  });
});

describe("[postgres] deleteApiKeys", () => {
  it("keeps a soft-deleted key that another connection restores while the deletion waits", async () => {
    const database = await createPostgresDatabase();
    const service = openService(database.url);
    const { id } = await service.createApiKeys(SECRET);
    await service.softDeleteApiKeys(id);
    await expectFailure(
      meanwhile(database.url, "UPDATE api_key SET deleted_at = NULL", () => service.deleteApiKeys(id)),
      "not_allowed",
      `Cannot delete api keys that are not revoked - ${id}`,
    );

    expect(await service.retrieveApiKey(id)).toMatchObject({ id, deleted_at: null });
    await service.close();
    await database.drop();
  });
});
