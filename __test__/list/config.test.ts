// Pages, orders and selections.

import { describeEverywhere, describeOurs } from "../support/implementations";
import { fillShelf } from "../support/shelf";

describeEverywhere("listApiKeys with a config", (current) => {
  beforeEach(() => fillShelf(current().service));

  const found = async (config: object, filter: object = {}) =>
    (await current().service.listApiKeys(filter, config)).map((key) => key.id.slice(-1)).join("");

  it.each<[string, object, string]>([
    ["has no default limit", {}, "123456789"],
    ["limits the result to the first keys by id", { take: 3 }, "123"],
    ["skips keys", { skip: 7 }, "89"],
    ["combines skip and take", { skip: 2, take: 3 }, "345"],
    ["returns nothing beyond the end", { skip: 9, take: 3 }, ""],
    ["returns nothing for take: 0", { take: 0 }, ""],
    ["returns every key for take: null, as Medusa sends it", { take: null, skip: undefined }, "123456789"],
    ["orders by id by default", { order: undefined }, "123456789"],
    ["orders in descending order", { order: { id: "DESC" } }, "987654321"],
    ["orders by a column and then by another", { order: { created_by: "asc", id: "desc" } }, "431298765"],
    ["orders by several in an array", { order: [{ created_by: "desc" }, { id: "asc" }] }, "567892134"],
    ["orders by time", { order: { created_at: "DESC" }, take: 3 }, "987"],
    ["sorts NULL last in ascending order", { order: { revoked_at: "ASC" }, take: 3 }, "345"],
    ["sorts NULL first in descending order", { order: { revoked_at: "DESC", id: "ASC" }, take: 7 }, "1267895"],
    ["sorts NULL as requested", { order: { revoked_at: "asc nulls first", id: "ASC" }, take: 7 }, "1267893"],
    ["sorts NULL as requested in capitals", { order: { revoked_at: "DESC NULLS LAST" }, take: 3 }, "543"],
    ["accepts 1 and -1 as directions", { order: { type: -1, id: 1 } }, "247135689"],
    [
      "ignores members that Medusa's query layer adds",
      { relations: [""], args: {}, order: undefined, select: undefined },
      "123456789",
    ],
  ])("%s", async (_, config, ids) => {
    expect(await found(config)).toBe(ids);
  });

  it("orders titles by their code points (D9)", async () => {
    const keys = await current().service.listApiKeys({}, { order: { title: "ASC" } });
    const titles = keys.map((key) => key.title);

    expect(titles).toEqual([...titles].sort());
  });

  it.each<[string, object, string[] | "all"]>([
    ["columns in the table's order, with the id", { select: ["type", "title"] }, ["id", "title", "type"]],
    ["the id alone for an empty list", { select: [] }, ["id"]],
    ["the id alone for unknown columns", { select: ["nope", "also.nope", ""] }, ["id"]],
    ["known columns beside unknown ones", { select: ["nope", "title"] }, ["id", "title"]],
    ["all columns for a star", { select: ["*"] }, "all"],
    ["all columns for null", { select: null }, "all"],
    ["all columns for undefined", { select: undefined }, "all"],
    ["no salt", { select: ["salt"] }, ["id"]],
  ])("selects %s", async (_, config, columns) => {
    const [key = {}] = await current().service.listApiKeys({ id: "apk_01" }, config);

    expect(Object.keys(key)).toEqual(columns === "all" ? current().columns : columns);
  });

  it("returns an empty token for a secret key when type and token are selected", async () => {
    expect(await current().service.listApiKeys({ id: "apk_02" }, { select: ["token", "type"] })).toStrictEqual([
      { id: "apk_02", token: "", type: "secret" },
    ]);
  });

  it("omits soft-deleted keys without withDeleted", async () => {
    await current().service.softDeleteApiKeys(["apk_01", "apk_02"]);

    expect(await found({})).toBe("3456789");
    expect(await found({ withDeleted: true })).toBe("123456789");
    expect(await found({ withDeleted: true }, { deleted_at: { $ne: null } })).toBe("12");
    expect(await found({ withDeleted: false })).toBe("3456789");
  });
});

describeOurs("A config", (current) => {
  beforeEach(() => fillShelf(current().service));

  it("cannot select a stored hash (S4)", async () => {
    const config = { select: ["token"], order: { id: "ASC" } };

    expect(await current().service.listApiKeys({ type: "secret" }, config)).toStrictEqual(
      ["apk_02", "apk_04", "apk_07"].map((id) => ({ id, token: "" })),
    );
  });

  it("is never modified, frozen or not (S16)", async () => {
    const config = Object.freeze({ filters: Object.freeze({}), primaryKeyFields: ["id"] });
    await current().service.listApiKeys({ q: "alpha" }, config);

    expect(config).toEqual({ filters: {}, primaryKeyFields: ["id"] });
  });

  it.each(["asc; DROP TABLE api_key", "asc, (SELECT token)", "sideways", "desc nulls", "asc--"])(
    "is rejected with the direction %j (S3)",
    async (direction) => {
      const before = await current().table();

      await expect(current().service.listApiKeys({}, { order: { title: direction } })).rejects.toMatchObject({
        type: "invalid_data",
        message: expect.stringMatching(/order|direction/i),
      });
      expect(await current().table()).toEqual(before);
    },
  );
});
