// The filters of the published types, one by one.

import { describeEverywhere, describeOurs } from "../support/implementations";
import type { ApiKey } from "../support/service";
import { fillShelf } from "../support/shelf";

describeEverywhere("listApiKeys filters by", (current) => {
  let shelf: ApiKey[];

  beforeEach(async () => {
    shelf = await fillShelf(current().service);
  });

  it.each<[string, object | undefined]>([
    ["no filter", undefined],
    ["an empty filter", {}],
    ["an undefined value", { id: undefined, title: undefined }],
    ["an undefined operand", { id: { $eq: undefined } }],
    ["an empty operator map", { id: {} }],
    ["empty branches", { $or: [{}, { id: undefined }], $and: [] }],
    ["an empty $not", { $not: {} }],
  ])("nothing for %s", async (_, filter) => {
    expect(await current().service.listApiKeys(filter)).toEqual(shelf);
  });

  it.each<[string, object, string[]]>([
    ["an id", { id: "apk_02" }, ["apk_02"]],
    ["a list of ids, ordered by id without duplicates", { id: ["apk_04", "apk_02", "apk_04"] }, ["apk_02", "apk_04"]],
    ["an empty list", { id: [] }, []],
    ["$nin with an empty list", { id: { $nin: [], $lt: "apk_03" } }, ["apk_01", "apk_02"]],
    ["a title, case-sensitively", { title: "alpha" }, ["apk_02"]],
    ["an empty title", { title: "" }, ["apk_05"]],
    ["a type", { type: "secret" }, ["apk_02", "apk_04", "apk_07"]],
    ["a type that does not exist", { type: "private" }, []],
    ["two columns at once", { type: "secret", created_by: "user_2" }, ["apk_02"]],
    ["a top-level operator on the id", { $in: ["apk_01", "apk_03"] }, ["apk_01", "apk_03"]],
    ["null", { revoked_at: null, type: "secret" }, ["apk_02", "apk_07"]],
    ["$ne null", { revoked_at: { $ne: null } }, ["apk_03", "apk_04", "apk_05"]],
    ["$ne, which never matches NULL", { revoked_by: { $ne: "user_1" } }, ["apk_04", "apk_05"]],
    ["a time as a Date", { created_at: new Date("2021-01-03") }, ["apk_03", "apk_04"]],
    ["a time as a string", { created_at: "2021-01-03T00:00:00.000Z" }, ["apk_03", "apk_04"]],
    ["a time to the millisecond", { created_at: { $gt: new Date("2021-02-03") } }, ["apk_09"]],
    [
      "a span of time",
      { created_at: { $gte: new Date("2021-01-04"), $lt: new Date("2021-02-02") } },
      ["apk_05", "apk_06"],
    ],
    ["$like, case-sensitively", { title: { $like: "%lpha" } }, ["apk_01", "apk_02"]],
    ["$like with an escaped wildcard", { title: { $like: "%\\%%" } }, ["apk_06"]],
    ["$ilike, case-insensitively", { title: { $ilike: "ALPHA" } }, ["apk_01", "apk_02"]],
    ["a RegExp", { title: /^Beta (one|two)$/ }, ["apk_03", "apk_04"]],
    ["a case-insensitive RegExp", { title: /^ALPHA$/i }, ["apk_01", "apk_02"]],
    ["$exists", { last_used_at: { $exists: true } }, ["apk_06"]],
    [
      "$or for live keys, as Medusa asks for them",
      { type: "publishable", $or: [{ revoked_at: null }, { revoked_at: { $gt: new Date("2050-01-01") } }] },
      ["apk_01", "apk_05", "apk_06", "apk_08", "apk_09"],
    ],
    ["$not", { $not: { created_by: "user_3" }, type: "publishable" }, ["apk_01", "apk_03"]],
    [
      "$and beside a column",
      { type: "secret", $and: [{ id: { $gt: "apk_02" } }, { id: { $lt: "apk_07" } }] },
      ["apk_04"],
    ],
    ["the condition beside an empty branch", { $or: [{}, { id: "apk_01" }] }, ["apk_01"]],
  ])("%s", async (_, filter, ids) => {
    expect((await current().service.listApiKeys(filter)).map((key) => key.id)).toEqual(ids);
  });

  it("the token of a publishable key, as every store request does", async () => {
    const { id, token } = shelf[0] as ApiKey;
    const config = { select: ["id", "token", "revoked_at"], relations: [], args: {} };

    expect(await current().service.listApiKeys({ token, type: "publishable" }, config)).toStrictEqual([
      { id, token, revoked_at: null },
    ]);
  });

  it("the token of a secret key without a match", async () => {
    const { token } = await current().service.createApiKeys({ title: "A", type: "secret", created_by: "user_1" });

    expect(await current().service.listApiKeys({ token })).toEqual([]);
  });

  it("a negated token list with a null without a match", async () => {
    expect(await current().service.listApiKeys({ $not: { token: { $in: ["pk_unknown", null] } } })).toEqual([]);
  });

  it("more ids than one statement has parameters", async () => {
    const ids = Array.from({ length: 40_000 }, (_, index) => `apk_absent_${index}`);

    expect(await current().service.listApiKeys({ id: [...ids, "apk_03"] })).toMatchObject([{ id: "apk_03" }]);
  });

  it("a frozen filter, a class instance and an object without a prototype alike", async () => {
    class ById {
      id = "apk_03";
    }
    const filters = [Object.freeze({ id: "apk_03" }), new ById(), Object.assign(Object.create(null), { id: "apk_03" })];

    for (const filter of filters) {
      expect(await current().service.listApiKeys(filter)).toMatchObject([{ id: "apk_03" }]);
    }
  });
});

describeOurs("A regular expression in a filter", (current) => {
  it.each<[object, string[]]>([
    [{ title: /one|two/ }, ["apk_03", "apk_04"]],
    [{ title: /\d/ }, ["apk_06"]],
    [{ title: { $re: /^beta/i } }, ["apk_03", "apk_04"]],
  ])("is used as a regular expression (A24): %p", async (filter, ids) => {
    await fillShelf(current().service);

    expect((await current().service.listApiKeys(filter)).map((key) => key.id)).toEqual(ids);
  });
});

describeOurs("A filter on tokens", (current) => {
  it("matches no secret key by its stored hash (S5)", async () => {
    await current().service.createApiKeys({ title: "A", type: "secret", created_by: "user_1" });
    const [row] = await current().table();

    expect(await current().service.listApiKeys({ token: row?.token })).toEqual([]);
    expect(await current().service.listApiKeys({ token: { $in: [row?.token] } })).toEqual([]);
  });

  it.each(["$ne", "$nin", "$gt", "$gte", "$lt", "$lte", "$like", "$ilike", "$re", "$exists", "$fulltext"])(
    "is rejected with %s (S5)",
    async (operator) => {
      const operand = { $nin: ["a"], $exists: true }[operator] ?? "a";

      await expect(current().service.listApiKeys({ token: { [operator]: operand } })).rejects.toMatchObject({
        type: "invalid_data",
        message: expect.stringContaining("token"),
      });
    },
  );

  it("is rejected on salts with every operator (S5)", async () => {
    for (const asked of ["", { $like: "%" }, ["a"], null]) {
      await expect(current().service.listApiKeys({ salt: asked })).rejects.toMatchObject({
        type: "invalid_data",
        message: expect.stringContaining("salt"),
      });
    }
  });
});
