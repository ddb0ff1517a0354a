// Creations that are refused.

import { expectFailure, failureOf } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { PUBLISHABLE, SECRET, untyped } from "../support/service";

const MEBIBYTE = "x".repeat(1024 * 1024);
const NOT_TEXT: [string, unknown][] = [
  ["a number", 5],
  ["NaN", Number.NaN],
  ["a bigint", 5n],
  ["a boolean", true],
  ["an object", { a: 1 }],
  ["an array", ["a"]],
  ["a Date", new Date()],
  ["a function", () => "a"],
  ["a symbol", Symbol("a")],
  ["a Buffer", Buffer.from("a")],
  ["a String object", new String("a")],
  ["a string with a NUL", "a\u0000b"],
  ["a lone high surrogate (A4)", "a\ud800b"],
  ["a lone low surrogate", "\udc00"],
  ["a string of one mebibyte", MEBIBYTE],
];
const NOT_A_DATE: [string, unknown][] = [
  ["an invalid Date", new Date(Number.NaN)],
  ["a string that is not a date", "garbage"],
  ["an empty string", ""],
  ["a boolean", true],
  ["an object", {}],
  ["infinity", Number.POSITIVE_INFINITY],
  ["a time beyond all calendars", 8.64e15 + 1],
];
const FIELDS: [string, string, unknown][] = [
  ...["title", "created_by", "revoked_by", "id"].flatMap((field) =>
    // NaN is an id that was not given, like every falsy one.
    NOT_TEXT.filter(([, value]) => field !== "id" || value).map(([name, value]): [string, string, unknown] => [
      ...([field, name, value] as const),
    ]),
  ),
  ...["title", "created_by", "type"].flatMap((field): [string, string, unknown][] => [
    ...[
      [field, "undefined", undefined] as [string, string, unknown],
      [field, "null", null] as [string, string, unknown],
    ],
  ]),
  ...["", "SECRET", "private", "publishable ", 5, {}, "secret\u0000"].map((value): [string, string, unknown] => [
    ...(["type", JSON.stringify(value), value] as const),
  ]),
  ...["created_at", "updated_at", "deleted_at", "revoked_at", "last_used_at"].flatMap((field) =>
    NOT_A_DATE.map(([name, value]): [string, string, unknown] => [field, name, value]),
  ),
];

describeOurs("createApiKeys rejects invalid data and writes nothing (S18):", (current) => {
  it.each(FIELDS)("%s of %s, naming the field", async (field, _, value) => {
    const creation = current().service.createApiKeys({ ...PUBLISHABLE, [field]: value });

    await expectFailure(creation, "invalid_data", new RegExp(`\\b${field}\\b`));
    expect(await current().table()).toEqual([]);
  });

  it.each(["title", "type", "created_by"] as const)("a missing %s, naming the field", async (field) => {
    const { [field]: _, ...data } = SECRET;

    await expectFailure(current().service.createApiKeys(data), "invalid_data", new RegExp(`\\b${field}\\b`));
    expect(await current().table()).toEqual([]);
  });

  it("inherited members", async () => {
    await expectFailure(
      current().service.createApiKeys(Object.create(SECRET)),
      "invalid_data",
      /title|type|created_by/,
    );
  });

  it("a batch with one invalid element at any position", async () => {
    for (const position of [0, 5, 9]) {
      const batch: object[] = Array(9).fill(PUBLISHABLE);
      batch.splice(position, 0, { ...SECRET, title: 5 });

      await expectFailure(current().service.createApiKeys(batch), "invalid_data", /\btitle\b/);
    }
    expect(await current().table()).toEqual([]);
  });

  it.each([
    ["a hole", Object.assign(new Array(3), { 0: PUBLISHABLE, 2: PUBLISHABLE })],
    ["only holes", new Array(3)],
  ])("an array with %s, as other arrays with an undefined element", async (_, data) => {
    const { message } = await failureOf(current().service.createApiKeys([undefined as never]));

    await expectFailure(current().service.createApiKeys(data as never), "invalid_data", message);
    expect(await current().table()).toEqual([]);
  });

  it("a long string, stating the limit without repeating the string (A2)", async () => {
    const failure = await failureOf(current().service.createApiKeys({ ...PUBLISHABLE, title: MEBIBYTE }));

    expect(failure.message).toMatch(/the maximum is \d+/);
    expect(failure.message.length).toBeLessThan(300);
  });

  it.each([
    ["title", 65_536],
    ["created_by", 65_536],
    ["revoked_by", 65_536],
    ["id", 1_024],
  ])("any %s longer than %d bytes and none of that length (A3)", async (field, limit) => {
    const [longest, tooLong] = ["é".repeat(limit / 2), `${"é".repeat(limit / 2)}x`];

    await expect(
      current().service.createApiKeys({ ...PUBLISHABLE, revoked_at: new Date(0), [field]: longest }),
    ).resolves.toMatchObject({ [field]: longest });
    await expectFailure(
      current().service.createApiKeys({ ...PUBLISHABLE, [field]: tooLong }),
      "invalid_data",
      new RegExp(`\\b${field}\\b.*the maximum is ${limit}`),
    );
  });
});

describeOurs("createApiKeys rejects data that is not a key:", (current) => {
  it.each<[string, unknown]>([
    ["undefined", undefined],
    ["null", null],
    ["a string", "title"],
    ["a number", 5],
    ["a function", () => SECRET],
    ["a Set", new Set([SECRET])],
    ["a Map", new Map(Object.entries(SECRET))],
    ["an array of null", [null]],
    ["an array of strings", ["title"]],
    ["an array with a hole", [PUBLISHABLE, undefined]],
    ["an array of arrays", [[PUBLISHABLE]]],
    ["an empty object", {}],
  ])("%s", async (_, data) => {
    await expectFailure(current().service.createApiKeys(untyped(data)), "invalid_data", /./);
    expect(await current().table()).toEqual([]);
  });

  it("a cyclic object", async () => {
    const data: Record<string, unknown> = { ...SECRET };
    data.title = data;

    await expectFailure(current().service.createApiKeys(data), "invalid_data", /deep/);
  });
});

describeOurs("createApiKeys accepts", (current) => {
  it("any well-formed string", async () => {
    for (const title of ["", " ", "'; DROP TABLE api_key; --", "日本語 🔑 \u202e", "\n\t\u0001", '{"\\u0000": 1}']) {
      const { id } = await current().service.createApiKeys({ ...PUBLISHABLE, title, created_by: title });

      expect(await current().service.retrieveApiKey(id)).toMatchObject({ title, created_by: title });
    }
  });

  it("class instances, getters and objects without a prototype", async () => {
    class Key {
      title = "Instance";
      type = "publishable";
      created_by = "user_1";
    }
    const lazy = {
      ...PUBLISHABLE,
      get title() {
        return "Getter";
      },
    };
    const bare = Object.assign(Object.create(null), PUBLISHABLE);
    const keys = await current().service.createApiKeys([new Key(), lazy, bare]);

    expect(keys.map((key) => key.title)).toEqual(["Instance", "Getter", PUBLISHABLE.title]);
  });
});
