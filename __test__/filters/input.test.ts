// Filters and configs that are refused.

import { expectFailure } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { PUBLISHABLE, untyped } from "../support/service";

describeOurs("listApiKeys rejects, naming the field (S18),", (current) => {
  beforeEach(() => current().service.createApiKeys({ ...PUBLISHABLE, id: "apk_1" }));

  it.each<[string, object, string | RegExp]>([
    ["an unknown field, in stock's words", { nope: 1 }, "Trying to query by not existing property ApiKey.nope"],
    [
      "an unknown field below $or",
      { $or: [{ id: "apk_1" }, { nope: null }] },
      "Trying to query by not existing property ApiKey.nope",
    ],
    ["an unknown field below $not", { $not: { nope: 1 } }, "Trying to query by not existing property ApiKey.nope"],
    ["an unknown operator (A9)", { id: { $foo: 1 } }, "Trying to query by not existing property ApiKey.$foo"],
    ["a nested object", { id: { nope: 1 } }, "Trying to query by not existing property ApiKey.nope"],
    ["names of Object.prototype", { constructor: "a" }, "Trying to query by not existing property ApiKey.constructor"],
    ["a name with an alias (A12)", { "a0.id": "apk_1" }, "Trying to query by not existing property ApiKey.a0.id"],
    [
      "a fragment of SQL (A12)",
      {
        title: new (class RawQueryFragment {
          sql = "lower('A')";
          params = [];
        })(),
      },
      /\btitle\b/,
    ],
    ["an own __proto__", JSON.parse('{"__proto__": 1}'), /__proto__/],
    ["a nested search", { $or: [{ q: "a" }] }, /\bq\b/],
    ["a search that is not a string", { q: { $like: "%" } }, /\bq\b/],
    ["a string with a NUL", { title: "a\u0000" }, /\btitle\b/],
    ["a NUL in a token that is looked up", { token: "pk_\u0000", type: "publishable" }, /\btoken\b/],
    ["a NUL in a list", { id: ["apk_1", "\u0000"] }, /\bid\b/],
    ["a lone surrogate (A4)", { title: "\ud800" }, /\btitle\b/],
    ["a number for a string", { title: 5 }, /\btitle\b/],
    ["a number among ids", { id: ["apk_1", 5] }, /\bid\b/],
    ["a boolean for a time", { created_at: true }, /created_at/],
    ["NaN for a time", { created_at: { $gt: Number.NaN } }, /created_at/],
    ["an invalid Date", { created_at: new Date(Number.NaN) }, /created_at/],
    ["a string that is not a time (A7)", { created_at: "garbage" }, /created_at/],
    ["a scalar for $in (A8)", { id: { $in: "apk_1" } }, /\$in|\bid\b/],
    ["null for $nin (A8)", { id: { $nin: null } }, /\$nin|\bid\b/],
    ["an array for $eq (A8)", { id: { $eq: ["apk_1"] } }, /\bid\b.*\$eq/],
    ["an array for $ne", { id: { $ne: ["apk_1"] } }, /\bid\b.*\$ne/],
    ["$exists on a token", { token: { $exists: true } }, /\btoken\b/],
    ["a URL for a value", { title: "A publishable key", id: new URL("http://localhost") }, /\bid\b/],
    ["an instance of a class for a value", { title: "A publishable key", id: new (class Id {})() }, /\bid\b/],
    ["URLSearchParams among values", { id: [new URLSearchParams("id=apk_1")] }, /\bid\b/],
    ["Headers for an operator's value", { id: { $in: new Headers() } }, /\bid\b/],
    ["a URL for a branch", { $or: [{ id: "apk_1" }, new URL("http://localhost")] }, /\$or/],
    ["an iterator below $not", { $not: ["apk_1"][Symbol.iterator]() }, /\$not/],
    ["a group inside a column", { id: { $or: ["apk_1"] } }, /\$or|\bid\b/],
    ["$or that is not an array", { $or: { id: "apk_1" } }, /\$or/],
    ["$and that is not an array", { $and: "apk_1" }, /\$and/],
    ["$not that is an array", { $not: [{ id: "apk_1" }] }, /\$not/],
    ["a Map for a column", { title: new Map() }, /\btitle\b/],
    ["a function for a column", { title: () => "a" }, /\btitle\b/],
    ["a symbol for a column", { title: Symbol("a") }, /\btitle\b/],
    ["a bigint for a column", { title: 5n }, /\btitle\b/],
  ])("%s", async (_, filter, message) => {
    await expectFailure(current().service.listApiKeys(filter), "invalid_data", message);
    await expectFailure(current().service.listAndCountApiKeys(filter), "invalid_data", message);
  });

  it.each<[string, object, RegExp]>([
    [
      "an order by an unknown field, in stock's words",
      { order: { nope: "ASC" } },
      /^Trying to order by not existing property ApiKey\.nope$/,
    ],
    ["an order by token", { order: { token: "ASC" } }, /\btoken\b/],
    ["an order by salt", { order: { salt: "DESC" } }, /\bsalt\b/],
    ["an order by token behind another", { order: [{ id: "ASC" }, { token: 1 }] }, /\btoken\b/],
    ["a direction that is not a string", { order: { id: {} } }, /order|direction/],
    ["a negative take", { take: -1 }, /take/],
    ["a negative skip", { skip: -1 }, /skip/],
    ["a select that is not a list", { select: "title" }, /select/],
    ["a select of numbers", { select: [5] }, /select/],
    ["relations that are a number", { relations: 5 }, /relations/],
    ["relations that are an object", { relations: { links: true } }, /relations/],
  ])("%s", async (_, config, message) => {
    await expectFailure(current().service.listApiKeys({}, config), "invalid_data", message);
    await expectFailure(current().service.listAndCountApiKeys({}, config), "invalid_data", message);
  });

  it("a filter or a config of null", async () => {
    await expectFailure(current().service.listApiKeys(untyped(null)), "invalid_data", /filter/i);
    await expectFailure(current().service.listApiKeys({}, untyped(null)), "invalid_data", /config/i);
    await expectFailure(current().service.retrieveApiKey("apk_1", untyped(null)), "invalid_data", /config/i);
  });

  it.each<[unknown]>([["title"], [5], [true]])("the config %j for one key (A30) and for many", async (config) => {
    await expectFailure(current().service.retrieveApiKey("apk_1", untyped(config)), "invalid_data", /config/);
    await expectFailure(current().service.listApiKeys({}, untyped(config)), "invalid_data", /config/);
  });

  it("a filter that is nested too deeply or cyclic (A6)", async () => {
    const deep = Array.from({ length: 5_000 }).reduce<object>((filter) => ({ $not: filter }), { id: "apk_1" });
    const endless: Record<string, unknown> = {};
    endless.$not = endless;

    await expectFailure(current().service.listApiKeys(deep), "invalid_data", /deep/);
    await expectFailure(current().service.listApiKeys(endless), "invalid_data", /deep/);
  });
});

describeOurs("listApiKeys accepts", (current) => {
  it("a class instance as its filter", async () => {
    class Filters {
      constructor(readonly id: string) {}
    }
    await current().service.createApiKeys(["apk_1", "apk_2"].map((id) => ({ ...PUBLISHABLE, id })));

    expect(await current().service.listApiKeys(new Filters("apk_2"))).toMatchObject([{ id: "apk_2" }]);
    expect((await current().service.listAndCountApiKeys(new Filters("apk_2")))[1]).toBe(1);
  });
});

describeOurs("listApiKeys binds every value:", (current) => {
  it("quotes, comments and statements have no effect", async () => {
    const titles = ["'", '"', "'; DELETE FROM api_key; --", "?", "$1", ":a", "\\'", "%s", "{x}"];
    await current().service.createApiKeys(titles.map((title) => ({ ...PUBLISHABLE, title })));

    for (const title of titles) {
      expect(await current().service.listApiKeys({ title })).toMatchObject([{ title }]);
      expect(await current().service.listApiKeys({ q: title, title })).toHaveLength(1);
      expect(await current().service.listApiKeys({ title: { $in: [title] }, created_by: { $ne: title } })).toHaveLength(
        1,
      );
    }
  });
});
