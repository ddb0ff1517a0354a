// Which keys stock soft-deletes and restores for unusual targets.

import { describeStock } from "../support/implementations";
import { bare } from "../support/kinds";
import { PUBLISHABLE, SECRET, untyped } from "../support/service";
import { fillShelf } from "../support/shelf";

describeStock("Stock's softDeleteApiKeys and restoreApiKeys", (current) => {
  beforeEach(() => fillShelf(current().service));

  it.each([true, () => undefined, Symbol("apk_01")])("affect every key for %p (A22)", async (target) => {
    expect((await current().service.softDeleteApiKeys(untyped(target))).api_key_id).toHaveLength(9);
    expect((await current().service.restoreApiKeys(untyped(target))).api_key_id).toHaveLength(9);
  });

  it("affect the keys whose id a regular expression matches (A22)", async () => {
    expect((await current().service.softDeleteApiKeys(/apk_0[12]/)).api_key_id).toHaveLength(2);
  });

  it.each([5, new Date(0), new Set(["apk_01"])])("restore every key for %p (A22)", async (target) => {
    await current().service.softDeleteApiKeys("apk_01");

    expect((await current().service.restoreApiKeys(untyped(target))).api_key_id).toHaveLength(9);
  });
});

describeStock("Stock's softDeleteApiKeys and restoreApiKeys", (current) => {
  beforeEach(() =>
    current().service.createApiKeys([
      { ...SECRET, id: "apk_1" },
      { ...PUBLISHABLE, id: "apk_2" },
    ]),
  );

  it("treat an object without a prototype and a class instance as selectors (A22)", async () => {
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

  it("drop {} beside an id and fail on null beside one (A25)", async () => {
    expect(await current().service.softDeleteApiKeys(["apk_1", {}])).toMatchObject({ api_key_id: ["apk_1"] });
    await expect(current().service.restoreApiKeys(["apk_1", null])).rejects.toThrow(TypeError);
  });

  it("soft-delete a key, publish nothing and fail for a null config (A25)", async () => {
    current().emitted.length = 0;

    await expect(current().service.softDeleteApiKeys("apk_1", untyped(null))).rejects.toThrow(TypeError);
    expect(await current().table()).toMatchObject([{ deleted_at: expect.any(Date) }, { deleted_at: null }]);
    expect(current().emitted).toEqual([]);
  });

  it("return ids in physical row order (A17)", async () => {
    // An update moves the row behind the other.
    await current().service.updateApiKeys("apk_1", { title: "Moved" });

    current().emitted.length = 0;
    expect(await current().service.softDeleteApiKeys({})).toMatchObject({ api_key_id: ["apk_2", "apk_1"] });
    expect(current().emitted).toMatchObject([{ messages: [{ data: { id: "apk_2" } }, { data: { id: "apk_1" } }] }]);
  });
});
