// What stock makes of filters and configs that this package refuses or reads otherwise.

import { createHash } from "node:crypto";
import { failureOf } from "../support/failures";
import { describeStock } from "../support/implementations";
import { PUBLISHABLE, untyped } from "../support/service";
import { fillShelf } from "../support/shelf";
import { stopClock } from "../support/time";

describeStock("Stock", (current) => {
  beforeEach(() => fillShelf(current().service));

  const found = async (filter: object, config?: object) =>
    (await current().service.listApiKeys(filter, config)).map((key) => key.id.slice(-1)).join("");
  const refusal = (filter: object, config?: object) => failureOf(current().service.listApiKeys(filter, config));

  it("pastes what follows a direction into the SQL (S3)", async () => {
    expect(await found({}, { order: { title: "asc, (SELECT 1)" } })).toHaveLength(9);
    expect((await refusal({}, { order: { title: "asc, nope" } })).message).toContain('column "nope" does not exist');
  });

  it("changes the caller's filters and config (S16)", async () => {
    const [filter, config] = [{ q: "alpha" }, { primaryKeyFields: ["id"] }];
    await current().service.listApiKeys(filter, config);

    expect(filter).toEqual({});
    expect(config).toEqual({
      order: { id: "ASC" },
      filters: { freeTextSearch_ApiKey: { value: "alpha", fromEntity: "ApiKey" } },
    });
    await expect(current().service.listApiKeys({}, Object.freeze({}))).rejects.toThrow(/not extensible/);
    await expect(current().service.listApiKeys(Object.freeze({ q: "a" }), {})).rejects.toThrow(/delete property 'q'/);
  });

  it("fails on a frozen context of Medusa's own (S16)", async () => {
    const context = Object.freeze({ __type: "MedusaContext" });

    expect(() => current().service.createApiKeys(PUBLISHABLE, context)).toThrow(/read only property '__type'/);
  });

  it("takes % and _ in a search for LIKE's signs (S17)", async () => {
    expect(await found({ q: "%" })).toBe("123456789");
    expect(await found({ q: "B_ta" })).toBe("34");
    expect(await found({ q: "\\" })).toBe("");
  });

  it.each<[string, object, RegExp]>([
    ["a number for a text", { title: 5 }, /text = integer/],
    ["a boolean for a time", { created_at: true }, /timestamp with time zone = boolean/],
    ["text that is no time", { created_at: "garbage" }, /invalid input syntax/],
    ["an invalid Date", { created_at: new Date(Number.NaN) }, /Invalid time value/],
    ["a NUL", { title: "a\0" }, /invalid message format/],
    ["a pattern for a time", { created_at: { $like: "2%" } }, /operator does not exist/],
  ])("fails in the driver for %s (S18)", async (_, filter, message) => {
    const failure = await refusal(filter);

    expect([failure.name, failure.message]).toEqual(["DriverException", expect.stringMatching(message)]);
  });

  it.each<[string, object, RegExp]>([
    ["an array for $eq", { id: { $eq: ["apk_01", "apk_02"] } }, /syntax error/],
    ["a scalar for $in", { id: { $in: "apk_01" } }, /syntax error/],
    ["null for $nin", { id: { $nin: null } }, /syntax error/],
  ])("makes a syntax error of %s (A8)", async (_, filter, message) => {
    expect((await refusal(filter)).message).toMatch(message);
  });

  it("takes an array of one for $eq, and whatever is truthy for $exists (A8)", async () => {
    expect(await found({ id: { $eq: ["apk_01"] } })).toBe("1");
    expect(await found({ last_used_at: { $exists: "yes" } })).toBe("6");
  });

  it.each(["$overlap", "$contains", "$contained"])("asks PostgreSQL for %s on a text (A9)", async (operator) => {
    expect((await refusal({ id: { [operator]: ["apk_01"] } })).message).toMatch(
      /operator (does not exist|is not unique)/,
    );
  });

  it.each(["$hasKey", "$hasKeys", "$hasSomeKeys"])("asks PostgreSQL for %s on a text (A9)", async (operator) => {
    expect((await refusal({ id: { [operator]: "apk_01" } })).name).toBe("DriverException");
  });

  it.each(["$none", "$some", "$every"])("drops %s without a word (A9)", async (operator) => {
    expect(await found({ id: { [operator]: {} } })).toBe("123456789");
  });

  it("keeps one of several operators on top, and drops the id beside it (A26)", async () => {
    expect(await found({ $gt: "apk_02", $lte: "apk_04" })).toBe("1234");
    expect(await found({ id: "apk_01", $in: ["apk_02"] })).toBe("2");
    expect((await refusal({ $not: { $gt: "apk_02" } })).message).toContain("column a0.$gt does not exist");
  });

  it.each<[unknown]>([["title"], [5], [true]])("passes over the config %j of one key (A30)", async (config) => {
    expect(await current().service.retrieveApiKey("apk_01", untyped(config))).toMatchObject({ id: "apk_01" });
    await expect(current().service.listApiKeys({}, untyped(config))).rejects.toThrow(TypeError);
  });

  it("finds a pattern's half escape only where a row comes that far (A10)", async () => {
    expect(await found({ title: { $like: "zzz\\" } })).toBe("");
    expect((await refusal({ title: { $like: "Alph\\" } })).message).toContain("LIKE pattern must not end");
  });

  it("leaves a negative page to the database (A11)", async () => {
    expect((await refusal({}, { take: -1 })).message).toContain("LIMIT must not be negative");
    expect((await refusal({}, { skip: -1 })).name).toBe("DriverException");
  });

  it.each<[string, unknown]>([
    ["text", "2"],
    ["a fraction", 1.5],
    ["NaN", Number.NaN],
    ["Infinity", Number.POSITIVE_INFINITY],
    ["2 ** 60", 2 ** 60],
    ["true", true],
    ["a bigint", 2n],
  ])("passes over a page that is %s, and finds every key (A11)", async (_, page) => {
    expect(await found({}, { take: page })).toBe("123456789");
    expect(await found({}, { skip: page })).toBe("123456789");
  });

  it("passes over other names of a page, and finds every key (S23)", async () => {
    for (const name of ["limit", "offset", "page", "per_page", "pageSize"]) {
      expect(await found({}, { [name]: 2 })).toBe("123456789");
    }
  });

  it("drops conditions that are undefined from a read (S24)", async () => {
    expect(await found({ created_by: undefined })).toBe("123456789");
  });

  it("lets raw options of its ORM win (A12)", async () => {
    expect(await found({}, { take: 5, options: { limit: 2, orderBy: { id: "DESC" } } })).toBe("98");
  });

  it("takes its ORM's names and fragments of SQL for conditions (A12)", async () => {
    const { raw } = await import("@medusajs/deps/mikro-orm/core");

    expect(await found({ "a0.id": "apk_01" })).toBe("1");
    expect(await found({ title: raw("upper('beta') || ' one'") })).toBe("");
    expect(await found({ [raw("lower(title)")]: "beta one" })).toBe("3");
  });

  it.each<[string, unknown]>([
    ["a direction that is undefined", { id: undefined }],
    ["false", false],
    ["0", 0],
    ["an array of false", [false]],
  ])("leaves out the order for %s (A14)", async (_, order) => {
    // An update moves the row behind all others.
    await current().service.updateApiKeys("apk_01", { title: "Moved" });

    const unordered = await found({}, { order });

    expect(unordered).not.toBe("123456789");
    expect([...unordered].sort().join("")).toBe("123456789");
  });

  it.each([null, undefined])("fails on %p in an array of orders (A14)", async (none) => {
    await expect(current().service.listApiKeys({}, { order: [none, { id: "DESC" }] })).rejects.toThrow(TypeError);
  });

  it.each<[string, RegExp, string, string]>([
    ["a choice", /one|two/, "", "34"],
    ["a class", /\d/, "9", "6"],
  ])("takes a regular expression with %s and without brackets for LIKE (A24)", async (_, title, asLike, asMeant) => {
    expect(await found({ title })).toBe(asLike);
    expect(await found({ title: new RegExp(`(${title.source})`) })).toBe(asMeant);
  });

  it("finds nothing for a regular expression below $re (A24)", async () => {
    expect(await found({ title: { $re: /Beta/ } })).toBe("");
  });

  it("reads 'now' and 'infinity' for times, and a date by the session's zone (A7)", async () => {
    expect(await found({ revoked_at: { $gt: "now" } })).toBe("5");
    expect(await found({ created_at: { $lt: "infinity" } })).toBe("123456789");
    expect(await found({ created_at: { $gt: "February 2, 2021" } })).toBe("89");
  });

  it("reads each form of a time either where PostgreSQL does or where JavaScript does (A7)", async () => {
    const create = (created_at: string) => current().service.createApiKeys({ ...PUBLISHABLE, created_at });

    for (const text of ["20210203", "2021-034", "2021-02-03t00:00:00z", "2021-02-03T00:00:00+02"]) {
      expect(await found({ created_at: { $gte: text } })).toBe("89");
      await failureOf(create(text));
    }
    for (const text of ["2021", "2021-02", "+002021-02-03T00:00:00Z", "2021-02-03T00:00:00+16:00"]) {
      await refusal({ created_at: { $gte: text } });
      expect(await create(text)).toMatchObject(PUBLISHABLE);
    }
  });

  it("stores a lone surrogate as U+FFFD and echoes it (A4)", async () => {
    const key = await current().service.createApiKeys({ ...PUBLISHABLE, title: "\ud800" });

    expect(key.title).toBe("\ud800");
    expect(await current().service.retrieveApiKey(key.id)).toMatchObject({ title: "\ufffd" });
  });

  it("stores titles of a megabyte, under ids of kilobytes (A3)", async () => {
    const title = "a".repeat(2 ** 20);
    // What compresses well would fit an index anyway.
    const id = Array.from({ length: 40 }, (_, index) => createHash("sha256").update(`${index}`).digest("hex")).join("");

    expect(await current().service.createApiKeys({ ...PUBLISHABLE, id, title })).toMatchObject({ id, title });
  });

  it("has a title of the wrong type echoed and stored as text, and NaN read as a column (S18)", async () => {
    const key = await current().service.createApiKeys({ ...PUBLISHABLE, title: 5 });

    expect(key.title).toBe(5);
    expect(await current().service.retrieveApiKey(key.id)).toMatchObject({ title: "5" });
    expect((await failureOf(current().service.createApiKeys({ ...PUBLISHABLE, title: Number.NaN }))).message).toBe(
      'column "nan" does not exist',
    );
    expect((await failureOf(current().service.createApiKeys({ ...PUBLISHABLE, type: "private" }))).name).toBe(
      "CheckConstraintViolationException",
    );
  });

  it("has methods without a declared parameter (A16)", () => {
    const service = current().service as unknown as Record<string, { length: number }>;

    expect(["createApiKeys", "listApiKeys", "revoke", "authenticate"].map((name) => service[name]?.length)).toEqual(
      Array(4).fill(0),
    );
  });

  it("draws sixteen single bytes for an id, and none for a key that has one (A19)", async () => {
    const crypto = jest.requireActual<typeof import("node:crypto")>("node:crypto");
    const drawn = jest.spyOn(crypto, "randomBytes");
    const sizes = () => drawn.mock.calls.map(([size]) => size).filter((size) => size === 1 || size === 32);
    await current().service.createApiKeys(PUBLISHABLE);
    const anonymous = sizes();
    drawn.mockClear();
    await current().service.createApiKeys({ ...PUBLISHABLE, id: "apk_chosen" });
    const named = sizes();
    drawn.mockRestore();

    expect(anonymous).toEqual([32, ...Array(16).fill(1)]);
    expect(named).toEqual([32]);
  });

  it("leaves a clock outside the years 1 to 9999 to the driver, and makes no id before 1970 (A20)", async () => {
    const create = (data: object = PUBLISHABLE) => failureOf(current().service.createApiKeys(data));
    for (const at of ["+010000-01-01T00:00:00.000Z", "0000-12-31T23:59:59.999Z"]) {
      stopClock(at);
      expect((await create({ ...PUBLISHABLE, id: "apk_chosen" })).name).toBe("DriverException");
    }
    stopClock("1969-12-31T23:59:59.999Z");
    const failure = await create();
    jest.useRealTimers();

    expect(failure.message).toBe("time must be positive");
    expect(failure.__isMedusaError).toBeUndefined();
  });

  it("answers an invalid Date for a time that is infinite, and years beyond 9999 as they are (D6)", async () => {
    await current().sql("UPDATE api_key SET revoked_at = 'infinity', created_at = '20000-01-01' WHERE id = 'apk_01'");

    const key = await current().service.retrieveApiKey("apk_01");

    expect(key.revoked_at?.getTime()).toBeNaN();
    expect(key.created_at).toEqual(new Date("+020000-01-01T00:00:00.000Z"));
  });

  it("joins a transaction of its ORM, and fails on what is none (A15)", async () => {
    await expect(current().service.createApiKeys(PUBLISHABLE, { transactionManager: {} })).rejects.toThrow(TypeError);
    await expect(current().service.listApiKeys({}, {}, { manager: {} })).rejects.toThrow(TypeError);
    expect((await failureOf(current().service.createApiKeys(PUBLISHABLE, { isolationLevel: "nope" }))).message).toMatch(
      /isolation level/,
    );
  });

  it("fails on an aggregator that is none before its write is committed, or after it (A15)", async () => {
    const titled = (title: string, messageAggregator: unknown) =>
      failureOf(current().service.createApiKeys({ ...PUBLISHABLE, title }, { messageAggregator }));

    await titled("before", {});
    await titled("after", false);
    expect(await found({ title: ["before", "after"] })).toHaveLength(1);
  });

  it("fails inside for filters and configs that are null (S18)", async () => {
    await expect(current().service.listApiKeys(untyped(null))).rejects.toThrow(TypeError);
    await expect(current().service.listApiKeys({}, untyped(null))).rejects.toThrow(TypeError);
  });
});
