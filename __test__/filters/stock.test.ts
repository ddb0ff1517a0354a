// How stock reads filters that this package rejects or reads differently.

import { failureOf } from "../support/failures";
import { describeStock } from "../support/implementations";
import { PUBLISHABLE, SECRET, untyped } from "../support/service";
import { fillShelf } from "../support/shelf";

describeStock("Stock's listApiKeys", (current) => {
  beforeEach(() => fillShelf(current().service));

  const found = async (filter: object, config?: object) =>
    (await current().service.listApiKeys(filter, config)).map((key) => key.id.slice(-1)).join("");
  const refusal = (filter: object, config?: object) => failureOf(current().service.listApiKeys(filter, config));

  it("treats % and _ in a search as wildcards of LIKE (S17)", async () => {
    expect(await found({ q: "%" })).toBe("123456789");
    expect(await found({ q: "B_ta" })).toBe("34");
    expect(await found({ q: "\\" })).toBe("");
  });

  it.each<[string, object, RegExp]>([
    ["a number for a string", { title: 5 }, /text = integer/],
    ["a boolean for a time", { created_at: true }, /timestamp with time zone = boolean/],
    ["a string that is not a time", { created_at: "garbage" }, /invalid input syntax/],
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
  ])("generates invalid SQL for %s (A8)", async (_, filter, message) => {
    expect((await refusal(filter)).message).toMatch(message);
  });

  it("accepts an array of one for $eq and any truthy value for $exists (A8)", async () => {
    expect(await found({ id: { $eq: ["apk_01"] } })).toBe("1");
    expect(await found({ last_used_at: { $exists: "yes" } })).toBe("6");
  });

  it.each(["$overlap", "$contains", "$contained"])("passes %s on a string to PostgreSQL (A9)", async (operator) => {
    expect((await refusal({ id: { [operator]: ["apk_01"] } })).message).toMatch(
      /operator (does not exist|is not unique)/,
    );
  });

  it.each(["$hasKey", "$hasKeys", "$hasSomeKeys"])("passes %s on a string to PostgreSQL (A9)", async (operator) => {
    expect((await refusal({ id: { [operator]: "apk_01" } })).name).toBe("DriverException");
  });

  it.each(["$none", "$some", "$every"])("silently drops %s (A9)", async (operator) => {
    expect(await found({ id: { [operator]: {} } })).toBe("123456789");
  });

  it("keeps one of several top-level operators and drops an id beside it (A26)", async () => {
    expect(await found({ $gt: "apk_02", $lte: "apk_04" })).toBe("1234");
    expect(await found({ id: "apk_01", $in: ["apk_02"] })).toBe("2");
    expect((await refusal({ $not: { $gt: "apk_02" } })).message).toContain("column a0.$gt does not exist");
  });

  it("fails on a pattern's trailing escape only when a row matches up to it (A10)", async () => {
    expect(await found({ title: { $like: "zzz\\" } })).toBe("");
    expect((await refusal({ title: { $like: "Alph\\" } })).message).toContain("LIKE pattern must not end");
  });

  it("drops undefined conditions of a read (S24)", async () => {
    expect(await found({ created_by: undefined })).toBe("123456789");
  });

  it("accepts ORM names and SQL fragments as conditions (A12)", async () => {
    const { raw } = await import("@medusajs/deps/mikro-orm/core");

    expect(await found({ "a0.id": "apk_01" })).toBe("1");
    expect(await found({ title: raw("upper('beta') || ' one'") })).toBe("");
    expect(await found({ [raw("lower(title)")]: "beta one" })).toBe("3");
  });

  it.each<[string, RegExp, string, string]>([
    ["a choice", /one|two/, "", "34"],
    ["a class", /\d/, "9", "6"],
  ])(
    "treats a regular expression with %s and without brackets as a LIKE pattern (A24)",
    async (_, title, asLike, asMeant) => {
      expect(await found({ title })).toBe(asLike);
      expect(await found({ title: new RegExp(`(${title.source})`) })).toBe(asMeant);
    },
  );

  it("finds nothing for a regular expression below $re (A24)", async () => {
    expect(await found({ title: { $re: /Beta/ } })).toBe("");
  });

  it("reads 'now' and 'infinity' as times and a date in the session's time zone (A7)", async () => {
    expect(await found({ revoked_at: { $gt: "now" } })).toBe("5");
    expect(await found({ created_at: { $lt: "infinity" } })).toBe("123456789");
    expect(await found({ created_at: { $gt: "February 2, 2021" } })).toBe("89");
  });

  it("parses times as PostgreSQL does in filters and as JavaScript does in data (A7)", async () => {
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

  it("throws internal errors for a null filter and a null config (S18)", async () => {
    await expect(current().service.listApiKeys(untyped(null))).rejects.toThrow(TypeError);
    await expect(current().service.listApiKeys({}, untyped(null))).rejects.toThrow(TypeError);
  });
});

describeStock("Stock's listApiKeys", (current) => {
  beforeEach(() => fillShelf(current().service));

  const found = async (filter: unknown, config?: unknown) =>
    (await current().service.listApiKeys(untyped(filter), untyped(config))).map((key) => key.id.slice(-1)).join("");
  const sorted = (ids: string) => [...ids].sort().join("");

  it.each<[string, object]>([
    ["a number in $or", { $or: [5] }],
    ["a string in $or", { $or: [""] }],
    ["an array in $or", { $or: [[]] }],
    ["a boolean in $or", { $or: [false] }],
    ["an array for $not", { $not: [] }],
    ["a string for $not", { $not: "" }],
  ])("drops %s and finds every key (A32)", async (_, filter) => {
    expect(await found(filter)).toBe("123456789");
  });

  it("matches every key for an invalid branch and reads a string in $or as an id (A32)", async () => {
    const hidden = async (target: object) =>
      (await current().service.softDeleteApiKeys(target)).api_key_id?.map((id) => id.slice(-1)).join("");

    expect(await hidden({ $or: ["apk_01"] })).toBe("1");
    expect(sorted((await hidden({ $or: [true] })) ?? "")).toBe("23456789");
  });

  it("flattens lists of ids and compares regular expressions in lists as strings (A32)", async () => {
    expect(await found({ id: ["apk_01", ["apk_02"]] })).toBe("12");
    expect(await found({ id: [/apk_01/] })).toBe("");
    expect(await found({ id: { $ne: /apk_01/ } })).toBe("123456789");
  });
});

describeStock("Stock's listApiKeys", (current) => {
  beforeEach(() => current().service.createApiKeys({ ...PUBLISHABLE, id: "apk_1" }));

  const found = async (filter: object) => (await current().service.listApiKeys(filter)).map((key) => key.id);
  const nested = (levels: number) =>
    Array.from({ length: levels }).reduce<object>((filter) => ({ $not: filter }), { id: "apk_1" });

  it("treats a NUL as part of a field name (A5)", async () => {
    expect((await failureOf(current().service.listApiKeys({ "title\0": "A" }))).message).toBe(
      "Trying to query by not existing property ApiKey.title\0",
    );
  });

  it("accepts nested filters up to the engine's stack limit (A6)", async () => {
    const ring: Record<string, unknown> = {};
    ring.$not = ring;

    expect(await found(nested(66))).toEqual(["apk_1"]);
    for (const filter of [nested(20_000), ring]) {
      await expect(current().service.listApiKeys(filter)).rejects.toMatchObject({ name: "RangeError" });
    }
  });

  it("accepts thousands of conditions (A21)", async () => {
    const branches = Array.from({ length: 5_000 }, (_, index) => ({ id: `apk_${index}` }));

    expect(await found({ $or: branches })).toEqual(["apk_1"]);
  });

  it("accepts patterns of any number and length (A21)", async () => {
    const branches = Array.from({ length: 500 }, (_, index) => ({ id: { $like: `apk_${index}` } }));

    expect(await found({ $or: branches })).toEqual(["apk_1"]);
    expect(await found({ id: { $like: `apk${"%".repeat(100_000)}` } })).toEqual(["apk_1"]);
  });

  it("matches tokens and titles of any content and so binds a secret in a filter (A41, A42)", async () => {
    const secret = `sk_${"0f".repeat(32)}`;
    await current().service.updateApiKeys("apk_1", { title: secret });
    await current().sql("UPDATE api_key SET token = 'pk no token' WHERE id = 'apk_1'");

    expect(await found({ token: "pk no token", type: "publishable" })).toEqual(["apk_1"]);
    expect(await found({ title: secret })).toEqual(["apk_1"]);
    expect(await found({ q: secret })).toEqual(["apk_1"]);
  });
});

describeStock("Stock's listApiKeys", (current) => {
  const stored = async () => (await current().table())[0] as { token: string; salt: string };

  it("matches prefixes of hashes and salts and orders by them (S5)", async () => {
    const { id } = await current().service.createApiKeys(SECRET);
    const { token: hash, salt } = await stored();

    for (const filter of [
      { token: { $like: `${hash.slice(0, 4)}%` } },
      { token: { $gt: hash.slice(0, 8) } },
      { salt: { $like: `${salt.slice(0, 4)}%` } },
      { salt },
    ]) {
      expect(await current().service.listApiKeys(filter)).toMatchObject([{ id }]);
    }
    expect(await current().service.listApiKeys({}, { order: { token: "ASC", salt: "DESC" } })).toHaveLength(1);
  });

  it("finds a secret key by its stored hash (S5)", async () => {
    const { id } = await current().service.createApiKeys(SECRET);

    expect(await current().service.listApiKeys({ token: (await stored()).token })).toMatchObject([{ id }]);
  });
});
