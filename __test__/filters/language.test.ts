// The filter language, form by form, where a table of examples says more than a property.

import { failureOf } from "../support/failures";
import { describeEverywhere, describeOurs } from "../support/implementations";
import type { ApiKey } from "../support/service";
import { fillShelf } from "../support/shelf";

describeEverywhere("A filter", (current) => {
  let shelf: ApiKey[];

  beforeEach(async () => {
    shelf = await fillShelf(current().service);
  });

  const found = async (filter: object, config?: object) =>
    (await current().service.listApiKeys(filter, config)).map((key) => key.id.slice(-1)).join("");

  it.each<[string, object, string]>([
    // Plain values and lists
    ["null for a value", { last_used_at: null, id: { $gt: "apk_05" } }, "789"],
    ["null for $eq", { revoked_by: { $eq: null } }, "126789"],
    ["null for $ne", { revoked_by: { $ne: null } }, "345"],
    ["null in a list, which never matches", { revoked_by: [null, "user_1"] }, "3"],
    ["null alone in a list", { revoked_by: [null] }, ""],
    ["null in $in", { revoked_by: { $in: ["user_2", null] } }, "45"],
    ["null in $nin, which empties the answer", { revoked_by: { $nin: ["user_1", null] } }, ""],
    ["$nin, which skips NULL", { revoked_by: { $nin: ["user_1"] } }, "45"],
    ["$nin of nothing, which does not", { revoked_by: { $nin: [] } }, "123456789"],
    ["a value beside $or on the same column", { title: "alpha", $or: [{ title: "Alpha" }] }, ""],
    // Comparisons
    ["$gt and $lte at once", { id: { $gt: "apk_02", $lte: "apk_04" } }, "34"],
    ["$gte and $lt at once", { id: { $gte: "apk_02", $lt: "apk_04" } }, "23"],
    ["$gt of null", { created_at: { $gt: null } }, ""],
    ["$lte of null", { title: { $lte: null } }, ""],
    ["a comparison with a NULL column", { last_used_at: { $lt: new Date("2100-01-01") } }, "6"],
    [
      "three operators on one column",
      { id: { $in: ["apk_01", "apk_02", "apk_03"], $ne: "apk_02", $lt: "apk_03" } },
      "1",
    ],
    // Patterns
    ["$like, which is case-sensitive", { title: { $like: "b%" } }, "8"],
    ["$like with one character", { title: { $like: "_lpha" } }, "12"],
    ["$like with an escaped underscore", { title: { $like: "%e\\_c%" } }, "7"],
    ["$like with an escaped backslash", { title: { $like: "%\\\\%" } }, "8"],
    ["$like on an empty title", { title: { $like: "" } }, "5"],
    ["$ilike", { title: { $ilike: "beta%" } }, "34"],
    ["$like of a NULL column", { revoked_by: { $like: "%" } }, "345"],
    ["$re as a string", { title: { $re: "^Beta (one|two)$" } }, "34"],
    ["$re, which is case-sensitive", { title: { $re: "^beta" } }, ""],
    ["$re with a class", { title: { $re: "[0-9]+%" } }, "6"],
    ["$re of a NULL column", { revoked_by: { $re: "." } }, "345"],
    ["a RegExp of a plain word", { title: /lph/ }, "12"],
    ["a RegExp of a plain word in any case", { title: /BETA/i }, "34"],
    ["a RegExp with anchors", { title: /^(Alpha|Beta one)$/ }, "13"],
    ["a RegExp beside another column", { title: /^Beta/, type: "secret" }, "4"],
    ["null for a pattern, which nothing matches", { title: { $like: null } }, ""],
    ["null for a pattern, negated", { $not: { revoked_by: { $ilike: null } } }, ""],
    ["null for a regular expression", { title: { $re: null } }, ""],
    ["null for words", { title: { $fulltext: null } }, ""],
    // Full text
    ["$fulltext, a word in any case", { title: { $fulltext: "ALPHA" } }, "12"],
    ["$fulltext, every word in any order", { title: { $fulltext: "two beta" } }, "4"],
    ["$fulltext, whole words only", { title: { $fulltext: "Bet" } }, ""],
    ["$fulltext, words within signs", { title: { $fulltext: "wool 100" } }, "6"],
    ["$fulltext, quotes as no words", { title: { $fulltext: "quoted" } }, "9"],
    ["$fulltext of nothing", { title: { $fulltext: "" } }, ""],
    ["$fulltext of signs alone", { title: { $fulltext: "%&|!" } }, ""],
    ["$fulltext of a NULL column, negated", { $not: { revoked_by: { $fulltext: "user_9" } } }, "345"],
    // Existence
    ["$exists: true", { revoked_at: { $exists: true } }, "345"],
    ["$exists: false", { revoked_at: { $exists: false } }, "126789"],
    // Groups
    ["$and of nothing", { $and: [] }, "123456789"],
    ["$or of nothing beside a column", { $or: [], type: "secret" }, "247"],
    ["an empty branch of $and", { $and: [{}, { type: "secret" }] }, "247"],
    ["an undefined branch", { $or: [undefined, { id: "apk_01" }] }, "1"],
    ["empty branches", { $or: [{ id: undefined }, {}] }, "123456789"],
    [
      "$or within $and within $or",
      { $or: [{ $and: [{ type: "secret" }, { $or: [{ id: "apk_02" }, { id: "apk_03" }] }] }, { id: "apk_09" }] },
      "29",
    ],
    ["$not of a group", { $not: { $or: [{ type: "secret" }, { created_by: "user_3" }] } }, "13"],
    ["$not of $not", { $not: { $not: { id: "apk_03" } } }, "3"],
    ["$not on a NULL column, which stays unknown", { $not: { revoked_by: "user_1" } }, "45"],
    ["$not beside a column", { $not: { type: "secret" }, created_by: "user_1" }, "13"],
    ["$not within $or", { $or: [{ $not: { type: "publishable" } }, { id: "apk_01" }] }, "1247"],
    // Operators on top are about the id
    ["$eq on top", { $eq: "apk_04" }, "4"],
    ["$ne on top", { $ne: "apk_04" }, "12356789"],
    ["$nin on top", { $nin: ["apk_01", "apk_02"] }, "3456789"],
    ["$like on top", { $like: "%\\_01" }, "1"],
    ["$ilike on top", { $ilike: "APK\\_02" }, "2"],
    ["$in on top beside a column", { $in: ["apk_01", "apk_02"], type: "secret" }, "2"],
    // Fields
    ["an unknown field that is undefined", { nope: undefined, id: "apk_01" }, "1"],
    ["an operator that is undefined", { id: "apk_01", title: { $like: undefined } }, "1"],
    [
      "an unknown operator that is undefined",
      { created_at: { gte: undefined }, title: { $foo: undefined } },
      "123456789",
    ],
    ["a type that does not exist", { type: { $in: ["private"] } }, ""],
    ["a publishable type by $ne", { type: { $ne: "publishable" } }, "247"],
  ])("may contain %s", async (_, filter, ids) => {
    expect(await found(filter)).toBe(ids);
  });

  it("can test every column of a row", async () => {
    const [first] = shelf as [ApiKey];
    await current().service.revoke("apk_01", { revoked_by: "user_9" });
    const row = (await current().service.listApiKeys({ id: "apk_01" }))[0] as ApiKey;

    for (const name of ["id", "redacted", "title", "type", "created_by", "revoked_by"] as const) {
      expect(await found({ $and: [{ id: "apk_01" }, { [name]: row[name] }] })).toBe("1");
      expect(await found({ $and: [{ id: "apk_01" }, { [name]: { $ne: row[name] } }] })).toBe("");
    }
    for (const name of ["created_at", "updated_at", "revoked_at"] as const) {
      expect(await found({ $and: [{ id: "apk_01" }, { [name]: row[name] }] })).toBe("1");
      expect(await found({ $and: [{ id: "apk_01" }, { [name]: { $gt: row[name] } }] })).toBe("");
    }
    expect(await found({ token: first.token })).toBe("1");
    expect(await found({ last_used_at: new Date("2023-01-01") })).toBe("6");
  });

  it("can test deleted_at of soft-deleted keys", async () => {
    await current().service.softDeleteApiKeys(["apk_02", "apk_03"]);

    expect(await found({ deleted_at: null })).toBe("1456789");
    expect(await found({ deleted_at: { $ne: null } }, { withDeleted: true })).toBe("23");
    expect(await found({ deleted_at: { $gt: new Date("2001-01-01") } })).toBe("");
  });

  it.each<[string, unknown, string]>([
    ["a Date", new Date("2021-02-03"), "8"],
    ["a date alone", "2021-02-03", "8"],
    ["a zone Z", "2021-02-03T00:00:00Z", "8"],
    ["milliseconds and a zone Z", "2021-02-03T00:00:00.001Z", "9"],
    ["a zone with a colon", "2021-02-03T02:00:00+02:00", "8"],
    ["a zone west of Greenwich", "2021-02-02T19:30:00-04:30", "8"],
    ["a blank between date and time", "2021-02-03 00:00:00", "8"],
    ["a blank and a zone", "2021-02-03 01:00:00.001+01", "9"],
    ["no seconds", "2021-02-03T00:00", "8"],
    ["no zone, which is UTC where the session is", "2021-02-03T00:00:00.001", "9"],
    ["finer than a millisecond", "2021-02-03T00:00:00.0005Z", ""],
    ["finer than a microsecond, which is rounded down", "2021-02-03T00:00:00.0010004Z", "9"],
    ["finer than a microsecond, which is rounded up", "2021-02-03T00:00:00.0009996Z", "9"],
    ["a blank, no seconds and a zone", "2021-02-03 00:00Z", "8"],
  ])("accepts as a time %s", async (_, time, ids) => {
    expect(await found({ created_at: time })).toBe(ids);
    expect(await found({ created_at: [time] })).toBe(ids);
    expect(await found({ created_at: { $gte: time, $lte: time } })).toBe(ids);
  });

  it("compares times finer than a millisecond", async () => {
    expect(await found({ created_at: { $gt: "2021-02-03T00:00:00.0005Z" } })).toBe("9");
    expect(await found({ created_at: { $lt: "2021-02-03T00:00:00.0005Z", $gt: "2021-02-02" } })).toBe("8");
  });

  it.each<[string, unknown]>([
    ["undefined", undefined],
    ["an empty array", []],
    ["an empty string", ""],
    ["a number", 5],
    ["a boolean", true],
    ["a function", () => undefined],
    ["a Date", new Date(0)],
    ["a Map", new Map([["id", "apk_01"]])],
    ["a symbol", Symbol("id")],
    ["an object that inherits its filters", Object.create({ id: "apk_01" })],
  ])("matches every key when it is %s", async (_, filter) => {
    expect(await found(filter as object)).toBe("123456789");
    expect((await current().service.listAndCountApiKeys(filter as object))[1]).toBe(9);
  });

  it.each<[string, unknown, string]>([
    ["a string", "apk_01", "Trying to query by not existing property ApiKey.0"],
    ["an array of ids", ["apk_01"], "Trying to query by not existing property ApiKey.0"],
    ["a Buffer", Buffer.from("apk_01"), "Trying to query by not existing property ApiKey.0"],
    ["a String object", new String("apk_01"), "Trying to query by not existing property ApiKey.0"],
    [
      "an Error with a member",
      Object.assign(new Error("x"), { nope: 1 }),
      "Trying to query by not existing property ApiKey.nope",
    ],
    ["an unknown field", { nope: 1 }, "Trying to query by not existing property ApiKey.nope"],
    ["an unknown operator", { id: { $foo: 1 } }, "Trying to query by not existing property ApiKey.$foo"],
    ["an object for a value", { id: { foo: 1 } }, "Trying to query by not existing property ApiKey.foo"],
    ["an unknown field within a group", { $or: [{ nope: 1 }] }, "Trying to query by not existing property ApiKey.nope"],
    ["a search within a group", { $and: [{ q: "alpha" }] }, "Trying to query by not existing property ApiKey.q"],
  ])("is rejected with stock's message when it is or contains %s", async (_, filter, message) => {
    expect((await failureOf(current().service.listApiKeys(filter as object))).message).toBe(message);
  });

  it.each<[string, object]>([
    ["$not in a column", { id: { $not: "apk_01" } }],
    ["$and in a column", { id: { $and: ["apk_01"] } }],
    ["$or in a column", { id: { $or: ["apk_01"] } }],
    ["$and in a column, undefined", { id: { $and: undefined } }],
    ["null for a time's pattern", { created_at: { $like: null } }],
    ["$or that is not an array", { $or: { id: "apk_01" } }],
    ["$or that is undefined", { $or: undefined }],
    ["$and that is null", { $and: null }],
    ["$not of an array", { $not: [{ id: "apk_01" }] }],
    ["an array for $ne", { id: { $ne: ["apk_01", "apk_02"] } }],
    ["a scalar for $in", { id: { $in: "apk_01" } }],
    ["null for $in", { id: { $in: null } }],
    ["a number for a string", { title: 5 }],
    ["a number for a time", { created_at: 5 }],
    ["a boolean for a string", { title: true }],
    ["a pattern for a time", { created_at: { $like: "2021%" } }],
    ["an invalid Date", { created_at: new Date(Number.NaN) }],
    ["a string that is not a time", { created_at: "garbage" }],
    ["an empty string for a time", { created_at: "" }],
    ["an invalid regular expression", { title: { $re: "(" } }],
    ["an array operator on a string", { title: { $overlap: ["Alpha"] } }],
  ])("is rejected on each side when it contains %s", async (_, filter) => {
    const before = await current().table();

    await failureOf(current().service.listApiKeys(filter));
    await failureOf(current().service.listAndCountApiKeys(filter));
    await failureOf(current().service.updateApiKeys(filter, { title: "Hit" }));
    expect(await current().table()).toEqual(before);
  });

  it("selects the same keys for updates and revocations as for reads", async () => {
    const selector = { q: "beta", type: "secret", $not: { id: { $like: "%9" } } };

    expect(await current().service.updateApiKeys(selector, { title: "Beta three" })).toMatchObject([{ id: "apk_04" }]);
    expect(
      await current().service.revoke({ id: { $in: ["apk_02", "apk_01"] } }, { revoked_by: "user_9" }),
    ).toMatchObject([{ id: "apk_01" }, { id: "apk_02" }]);
  });
});

describeOurs("A filter", (current) => {
  it("with several top-level operators combines all of them, also with an id (A26)", async () => {
    await fillShelf(current().service);
    const found = async (filter: object) => (await current().service.listApiKeys(filter)).map((key) => key.id);

    expect(await found({ $gt: "apk_02", $lte: "apk_04" })).toEqual(["apk_03", "apk_04"]);
    expect(await found({ id: "apk_01", $in: ["apk_01", "apk_02"] })).toEqual(["apk_01"]);
    expect(await found({ id: "apk_01", $in: ["apk_02"] })).toEqual([]);
    expect(await found({ $not: { $gt: "apk_02" } })).toEqual(["apk_01", "apk_02"]);
  });
});
