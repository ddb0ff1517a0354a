// The config language, form by form.

import { expectFailure, failureOf } from "../support/failures";
import { describeEverywhere, describeOurs } from "../support/implementations";
import { COLUMNS, untyped } from "../support/service";
import { fillShelf } from "../support/shelf";

describeEverywhere("A config", (current) => {
  beforeEach(() => fillShelf(current().service));

  const found = async (config: object | undefined, filter: object = {}) =>
    (await current().service.listApiKeys(filter, config)).map((key) => key.id.slice(-1)).join("");

  it.each<[string, unknown]>([
    ["false", false],
    ["null", null],
    ["undefined", undefined],
  ])("ignores take and skip of %s", async (_, page) => {
    expect(await found({ take: page })).toBe("123456789");
    expect(await found({ skip: page })).toBe("123456789");
  });

  it.each<[string, object, string]>([
    ["take: 0 and skip: 0", { take: 0, skip: 0 }, ""],
    ["skip: 0", { skip: 0 }, "123456789"],
    ["a take beyond the end", { take: 100, skip: 8 }, "9"],
    ["skip alone", { skip: 8 }, "9"],
    ["the greatest safe take", { take: Number.MAX_SAFE_INTEGER }, "123456789"],
    // Orders
    ["null for an order", { order: null }, "123456789"],
    ["an empty order", { order: {} }, "123456789"],
    ["an empty array of orders", { order: [] }, "123456789"],
    ["an empty direction, which is ascending", { order: { id: "" } }, "123456789"],
    ["directions in any case", { order: { id: "dEsC" } }, "987654321"],
    ["-1 for downwards", { order: { id: -1 } }, "987654321"],
    ["1 for upwards", { order: { id: 1 } }, "123456789"],
    ["asc nulls last", { order: { revoked_at: "asc nulls last", id: "asc" } }, "345126789"],
    ["asc nulls first", { order: { revoked_at: "ASC NULLS FIRST", id: "asc" } }, "126789345"],
    ["desc nulls first", { order: { revoked_at: "desc nulls first", id: "desc" } }, "987621543"],
    ["desc nulls last", { order: { revoked_at: "desc nulls last", id: "asc" } }, "543126789"],
    ["an array of orders, the first first", { order: [{ type: "DESC" }, { id: "DESC" }] }, "742986531"],
    [
      "an array whose objects have several columns",
      { order: [{ type: "ASC", created_by: "DESC" }, { id: "ASC" }] },
      "568913724",
    ],
    ["an order by time", { order: { created_at: "asc", id: "desc" } }, "124356789"],
    ["an order by what is not selected", { order: { created_by: "ASC", id: "ASC" }, select: ["title"] }, "413256789"],
    // Relations, and what is unknown
    ["relations that do not exist", { relations: ["nope", ""] }, "123456789"],
    ["no relations", { relations: [] }, "123456789"],
    ["an unknown member", { nope: 1, populate: true }, "123456789"],
    ["a search that is switched off", { filters: { freeTextSearch_ApiKey: false } }, "123456789"],
    ["a search for nothing", { filters: { freeTextSearch_ApiKey: {} } }, "123456789"],
  ])("may contain %s", async (_, config, ids) => {
    expect(await found(config)).toBe(ids);
  });

  it.each<[string, object]>([
    ["inherits", Object.create({ take: 2, select: ["title"] })],
    [
      "computes",
      new (class Config {
        get take() {
          return 2;
        }
        get select() {
          return ["title"];
        }
      })(),
    ],
    ["has as a function", Object.assign(() => undefined, { take: 2, select: ["title"] })],
    ["has as an array", Object.assign([], { take: 2, select: ["title"] })],
  ])("is read with members that it %s", async (_, config) => {
    expect(await current().service.listApiKeys({}, config)).toEqual([
      { id: "apk_01", title: "Alpha" },
      { id: "apk_02", title: "alpha" },
    ]);
    expect(await current().service.retrieveApiKey("apk_01", config)).toEqual({ id: "apk_01", title: "Alpha" });
  });

  it.each([false, 0, ""])("selects every column for a falsy select: %j", async (select) => {
    const [key = {}] = await current().service.listApiKeys({ id: "apk_01" }, { select });

    expect(Object.keys(key)).toEqual(current().columns);
    expect(Object.keys(await current().service.retrieveApiKey("apk_01", { select }))).toEqual(current().columns);
  });

  it.each<[string, unknown]>([
    ["an array", []],
    ["a function", () => undefined],
    ["undefined", undefined],
  ])("may be %s", async (_, config) => {
    expect(await found(config as object)).toBe("123456789");
  });

  it.each<[string, object]>([
    ["a negative take", { take: -1 }],
    ["a negative skip", { skip: -1 }],
    ["an order by an unknown column", { order: { nope: "ASC" } }],
    ["an order by an unknown column without a direction", { order: { nope: undefined } }],
    ["numbers for relations", { relations: [5] }],
    ["null among relations", { relations: ["nope", null] }],
    ["a string for Medusa's search", { filters: { freeTextSearch_ApiKey: "alpha" } }],
    ["Medusa's search of true", { filters: { freeTextSearch_ApiKey: true } }],
    ["Medusa's search of null", { filters: { freeTextSearch_ApiKey: null } }],
    ["Medusa's search of undefined", { filters: { freeTextSearch_ApiKey: undefined } }],
    ["null for a direction", { order: { id: null } }],
    ["true for a direction", { order: { id: true } }],
    ["0 for a direction", { order: { id: 0 } }],
    ["2 for a direction", { order: { id: 2 } }],
    ["a string for a selection", { select: "title" }],
    ["an object for a selection", { select: { title: true } }],
    ["numbers in a selection", { select: [5] }],
  ])("is rejected when it contains %s", async (_, config) => {
    await failureOf(current().service.listApiKeys({}, config));
    await failureOf(current().service.listAndCountApiKeys({}, config));
  });

  it("is rejected when it is null or not an object", async () => {
    for (const config of [null, "id", 5, true]) await failureOf(current().service.listApiKeys({}, untyped(config)));
  });

  it("names an unknown order column in stock's words", async () => {
    expect((await failureOf(current().service.listApiKeys({}, { order: { nope: "ASC" } }))).message).toBe(
      "Trying to order by not existing property ApiKey.nope",
    );
  });

  it.each<[string, string[], string[] | "all"]>([
    [
      "columns in the table's order",
      ["updated_at", "title", "created_by"],
      ["id", "title", "created_by", "updated_at"],
    ],
    ["a column once", ["title", "title"], ["id", "title"]],
    ["every column but the salt", [...COLUMNS, "salt"].reverse(), "all"],
    ["all columns for a star beside others", ["title", "*"], "all"],
    ["nothing nested", ["title", "title.nope", "nope.id"], ["id", "title"]],
    ["dates", ["revoked_at", "deleted_at"], ["id", "revoked_at", "deleted_at"]],
  ])("selects %s", async (_, select, columns) => {
    const [key = {}] = await current().service.listApiKeys({ id: "apk_01" }, { select });

    const expected = columns === "all" ? current().columns : columns;
    expect(Object.keys(key)).toEqual(expected);
    expect(Object.keys(await current().service.retrieveApiKey("apk_01", { select }))).toEqual(expected);
  });

  it("includes the empty token of a secret key whenever its type is selected", async () => {
    expect(await current().service.listApiKeys({ id: ["apk_01", "apk_02"] }, { select: ["type"] })).toStrictEqual([
      { id: "apk_01", type: "publishable" },
      { id: "apk_02", token: "", type: "secret" },
    ]);
  });

  describe("with soft-deleted keys", () => {
    beforeEach(() => current().service.softDeleteApiKeys(["apk_01", "apk_02"]));

    it.each<[string, object, string]>([
      ["withDeleted: true", { withDeleted: true }, "123456789"],
      ["withDeleted: 'false', which is true", { withDeleted: "false" }, "123456789"],
      ["withDeleted: {}, which is true", { withDeleted: {} }, "123456789"],
      ["withDeleted: 1", { withDeleted: 1 }, "123456789"],
      ["withDeleted: false", { withDeleted: false }, "3456789"],
      ["withDeleted: 0", { withDeleted: 0 }, "3456789"],
      ["withDeleted: ''", { withDeleted: "" }, "3456789"],
      ["withDeleted: null", { withDeleted: null }, "3456789"],
      ["the filter softDeletable switched off", { filters: { softDeletable: false } }, "123456789"],
      [
        "the filter softDeletable with withDeleted: true",
        { filters: { softDeletable: { withDeleted: true } } },
        "123456789",
      ],
      ["the filter softDeletable switched on", { filters: { softDeletable: true } }, "3456789"],
      [
        "the filter softDeletable with withDeleted: false",
        { filters: { softDeletable: { withDeleted: false } } },
        "3456789",
      ],
      ["an unknown filter", { filters: { nope: true } }, "3456789"],
      ["withDeleted and an unknown filter", { withDeleted: true, filters: { nope: true } }, "123456789"],
      ["withDeleted and softDeletable, which wins", { withDeleted: true, filters: { softDeletable: true } }, "3456789"],
      ["softDeletable that is undefined", { withDeleted: true, filters: { softDeletable: undefined } }, "3456789"],
      ["an empty softDeletable", { withDeleted: true, filters: { softDeletable: {} } }, "3456789"],
      ["both switched on", { withDeleted: true, filters: { softDeletable: false } }, "123456789"],
    ])("returns the right keys for %s", async (_, config, ids) => {
      expect(await found(config)).toBe(ids);
      expect((await current().service.listAndCountApiKeys({}, config))[1]).toBe(ids.length);
    });

    it("retrieves a soft-deleted key with withDeleted", async () => {
      expect(await current().service.retrieveApiKey("apk_01", { withDeleted: true })).toMatchObject({ id: "apk_01" });
      expect(await current().service.retrieveApiKey("apk_01", { filters: { softDeletable: false } })).toMatchObject({
        id: "apk_01",
      });
    });
  });

  it.each<[string, unknown, string]>([
    ["a word", "beta", "34"],
    ["words", "beta two", "4"],
    ["nothing", "", "123456789"],
    ["blanks", " \t\n ", "123456789"],
    ["null", null, "123456789"],
    ["undefined", undefined, "123456789"],
    ["0", 0, "123456789"],
    ["false", false, "123456789"],
  ])("may contain Medusa's search of %s with the meaning of q", async (_, value, ids) => {
    expect(await found({ filters: { freeTextSearch_ApiKey: { value, fromEntity: "ApiKey" } } })).toBe(ids);
    expect(await found({}, { q: value })).toBe(ids);
  });

  it("has its search overridden by q", async () => {
    const config = { filters: { freeTextSearch_ApiKey: { value: "alpha", fromEntity: "ApiKey" } } };

    expect(await found(config, { q: "beta" })).toBe("34");
  });

  it.each([5, true, {}, ["alpha"]].map((q) => [JSON.stringify(q), q]))("is rejected with %s for q", async (_, q) => {
    await failureOf(current().service.listApiKeys({ q }));
  });

  it.each<[string, object]>([
    ["take: 0", { take: 0 }],
    ["skip: 1", { skip: 1 }],
  ])("makes retrieveApiKey find nothing with %s", async (_, config) => {
    expect((await failureOf(current().service.retrieveApiKey("apk_01", config))).message).toBe(
      "ApiKey with id: apk_01 was not found",
    );
  });
});

describeOurs("A config", (current) => {
  beforeEach(() => fillShelf(current().service));

  it.each<[string, unknown]>([
    ["a string", "2"],
    ["an empty string", ""],
    ["a fraction", 1.5],
    ["NaN", Number.NaN],
    ["true", true],
    ["a bigint", 2n],
    ["an array", [2]],
  ])("rejects take and skip that are %s (A11)", async (_, page) => {
    await expectFailure(
      current().service.listApiKeys({}, { take: page }),
      "invalid_data",
      /take must be a whole number/,
    );
    await expectFailure(current().service.listAndCountApiKeys({}, { skip: page }), "invalid_data", /skip must be/);
    await expectFailure(current().service.retrieveApiKey("apk_01", { take: page }), "invalid_data", /take must be/);
  });

  it.each([Number.POSITIVE_INFINITY, 2 ** 60])(
    "treats a take of %p as no limit and rejects a skip of it (A11)",
    async (page) => {
      expect(await current().service.listApiKeys({}, { take: page })).toHaveLength(9);
      await expectFailure(current().service.listApiKeys({}, { skip: page }), "invalid_data", /skip must be/);
    },
  );

  it("with raw ORM options ignores them (A12)", async () => {
    const config = { take: 5, options: { limit: 2, orderBy: { id: "DESC" } } };

    expect(await current().service.listApiKeys({}, config)).toHaveLength(5);
  });

  it("with an undefined order sorts by id or by the remaining columns (A14)", async () => {
    const ids = async (order: object) =>
      (await current().service.listApiKeys({}, { order, take: 2 })).map((key) => key.id);

    expect(await ids({ title: undefined })).toEqual(["apk_01", "apk_02"]);
    expect(await ids({ title: undefined, id: "DESC" })).toEqual(["apk_09", "apk_08"]);
    expect(await ids(untyped([undefined, null, false, { id: "DESC" }]))).toEqual(["apk_09", "apk_08"]);
    for (const none of [false, 0, "", [false]]) expect(await ids(untyped(none))).toEqual(["apk_01", "apk_02"]);
  });

  it.each(["id", "title", "created_at"])(
    "rejects or ignores nothing for a pattern with a trailing escape on %s (A10)",
    async (column) => {
      for (const operator of ["$like", "$ilike"]) {
        await expect(current().service.listApiKeys({ [column]: { [operator]: "zzz\\" } })).rejects.toMatchObject({
          type: "invalid_data",
        });
      }
    },
  );

  it.each(["$overlap", "$contains", "$contained", "$hasKey", "$hasKeys", "$hasSomeKeys", "$none", "$some", "$every"])(
    "rejects the operator %s, which stock drops or passes on (A9)",
    async (operator) => {
      await expect(current().service.listApiKeys({ id: { [operator]: {} } })).rejects.toMatchObject({
        type: "invalid_data",
        message: `The operator ${operator} cannot be used on ApiKey.id, which is not an array`,
      });
    },
  );
});
