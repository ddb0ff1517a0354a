import { createContext, runInContext } from "node:vm";
import fc from "fast-check";
import { encode, encodeFilters, encodeTarget } from "../../module/wire";

const NUL = "\0";

function sent(value: unknown): unknown {
  return JSON.parse(encode(value));
}

class Holder {
  id = "apk_1";
}

describe("encoded objects", () => {
  const params = new URLSearchParams("id=apk_1");
  const other = (kind: string) => ({ [`${NUL}other`]: kind });

  it("are encoded by kind where only plain objects are valid (A22)", () => {
    const target = (value: unknown) => JSON.parse(encodeTarget(value));
    expect(target(params)).toEqual(other("URLSearchParams"));
    expect(target(new Holder())).toEqual(other("Object"));
    expect(target([Object.create(null), Object.create(Object.create(null)), Math])).toEqual([
      other("Object"),
      other("Object"),
      other("Math"),
    ]);
    expect(target([{ id: params }])).toEqual([{ id: other("URLSearchParams") }]);
    expect(JSON.parse(encodeFilters({ title: "a", id: params }))).toEqual({
      title: "a",
      id: other("URLSearchParams"),
    });
  });

  it("are encoded by own members where stock accepts any object", () => {
    expect(sent([new Holder()])).toEqual([{ id: "apk_1" }]);
    expect(JSON.parse(encodeFilters(new Holder()))).toEqual({ id: "apk_1" });
  });

  it("are plain regardless of their realm", () => {
    const foreign: unknown = runInContext("({ id: { $in: ['apk_1'] } })", createContext());
    expect(JSON.parse(encodeTarget(foreign))).toEqual({ id: { $in: ["apk_1"] } });
  });
});

describe("an encoded argument", () => {
  it("is plain JSON when it is plain data", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(sent(value)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it.each([
    ["undefined", undefined, { [`${NUL}undefined`]: true }],
    ["a lone surrogate", "a\ud800", { [`${NUL}illFormed`]: true }],
    ["a date", new Date(5), { [`${NUL}date`]: 5 }],
    ["an invalid date", new Date(Number.NaN), { [`${NUL}date`]: null }],
    ["a regular expression", /^a.b$/i, { [`${NUL}regexp`]: ["^a.b$", "i"] }],
    ["not a number", Number.NaN, { [`${NUL}number`]: "NaN" }],
    ["infinity", Number.POSITIVE_INFINITY, { [`${NUL}number`]: "Infinity" }],
    ["negative infinity", Number.NEGATIVE_INFINITY, { [`${NUL}number`]: "-Infinity" }],
    ["a bigint", 5n, { [`${NUL}other`]: "bigint" }],
    ["a symbol", Symbol("s"), { [`${NUL}other`]: "symbol" }],
    ["a function", () => 1, { [`${NUL}other`]: "function" }],
    ["a map", new Map([["id", "a"]]), { [`${NUL}other`]: "Map" }],
    ["a set", new Set(["a"]), { [`${NUL}other`]: "Set" }],
    ["a buffer", Buffer.from("a"), { [`${NUL}other`]: "Uint8Array" }],
    ["a promise", Promise.resolve(), { [`${NUL}other`]: "Promise" }],
    ["a boxed string", Object("a"), { [`${NUL}other`]: "String" }],
    ["an error", new Error("a"), { [`${NUL}other`]: "Error" }],
  ])("is tagged when JSON cannot represent it: %s", (_name, value, tag) => {
    expect(sent(value)).toEqual(tag);
    expect(sent({ id: value })).toEqual({ id: tag });
    expect(sent([value])).toEqual([tag]);
  });

  it("is recognized when it was created in another realm", () => {
    const foreign = runInContext("({ at: new Date(5), word: /a/i, ids: ['a', undefined] })", createContext());
    expect(sent(foreign)).toEqual({
      at: { [`${NUL}date`]: 5 },
      word: { [`${NUL}regexp`]: ["a", "i"] },
      ids: ["a", { [`${NUL}undefined`]: true }],
    });
  });

  it("keeps its members and their order, whatever their names", () => {
    const value = JSON.parse('{"title":1,"__proto__":{"x":2},"toJSON":3,"constructor":4}');
    expect(encode(value)).toBe('{"title":1,"__proto__":{"x":2},"toJSON":3,"constructor":4}');
  });

  it("includes only own members and does not call toJSON", () => {
    class Input {
      title = "a";
      toJSON(): unknown {
        return "something else";
      }
    }
    const inherited = Object.create({ id: "apk_1" }, { title: { value: "a", enumerable: true } });
    const withoutPrototype = Object.assign(Object.create(null), { title: "a" });
    for (const value of [new Input(), inherited, withoutPrototype]) {
      expect(encode(value)).toBe('{"title":"a"}');
    }
  });

  it("cannot forge a tag (A5)", () => {
    expect(sent({ [`${NUL}undefined`]: true })).toEqual({ "\ufffdundefined": true });
    expect(sent({ id: "apk_1", [`ti${NUL}tle`]: "a" })).toEqual({ id: "apk_1", "ti\ufffdtle": "a" });
    expect(sent({ "\ud800": 1 })).toEqual({ "\ufffd": 1 });
  });

  it("is rejected when it is cyclic or nested deeper than 64 levels (A6)", () => {
    const cycle: Record<string, unknown> = {};
    cycle.a = [cycle, cycle];
    const nested = (levels: number): unknown => (levels === 0 ? "a" : [nested(levels - 1)]);
    expect(sent(nested(64))).toEqual(nested(64));
    for (const value of [cycle, nested(65)]) {
      expect(() => encode(value)).toThrow(
        expect.objectContaining({ type: "invalid_data", message: expect.stringContaining("64 levels") }),
      );
    }
  });

  it("is not modified and may be frozen", () => {
    const value = Object.freeze({ id: Object.freeze(["a", undefined]), at: new Date(5) });
    encode(value);
    expect(value).toEqual({ id: ["a", undefined], at: new Date(5) });
  });
});
