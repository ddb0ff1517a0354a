// Updates, upserts and revocations that are refused.

import { expectFailure } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { PUBLISHABLE, SECRET, untyped } from "../support/service";

const WRONG_TEXTS: [string, unknown][] = [
  ["a number", 5],
  ["NaN", Number.NaN],
  ["an object", {}],
  ["an array", ["a"]],
  ["text with a NUL", "a\u0000"],
  ["a lone surrogate", "\udfff"],
  ["one mebibyte of text", "x".repeat(1024 * 1024)],
];
const WRONG_IDS: [string, unknown][] = [
  ["a number", 5],
  ["a boolean", true],
  ["an object", { $ne: "" }],
  ["an array", ["apk_1"]],
  ["text with a NUL", "apk_1\u0000"],
  ["a lone surrogate", "apk_\ud800"],
];

describeOurs("A change is refused, by the field's name, and writes nothing:", (current) => {
  beforeEach(() =>
    current().service.createApiKeys([
      { ...SECRET, id: "apk_1" },
      { ...PUBLISHABLE, id: "apk_2" },
    ]),
  );

  const refused = async (call: () => Promise<unknown>, message: RegExp) => {
    const before = await current().table();
    await expectFailure(call(), "invalid_data", message);
    expect(await current().table()).toEqual(before);
  };

  it.each([...WRONG_TEXTS, ["undefined", undefined], ["null", null]])(
    "updateApiKeys with a title of %s (S18)",
    async (_, title) => {
      await refused(() => current().service.updateApiKeys("apk_1", { title: untyped(title) }), /\btitle\b/);
      await refused(() => current().service.updateApiKeys({ id: "apk_1" }, { title: untyped(title) }), /\btitle\b/);
    },
  );

  it.each<[string, unknown]>([
    ["undefined", undefined],
    ["null", null],
    ["text", "New"],
    ["an array", [{ title: "New" }]],
  ])("updateApiKeys with data of %s (S18)", async (_, data) => {
    await refused(() => current().service.updateApiKeys("apk_1", untyped(data)), /title|data/);
  });

  it.each(WRONG_TEXTS)("upsertApiKeys with a title of %s, for every element (S18)", async (_, title) => {
    await refused(() => current().service.upsertApiKeys([PUBLISHABLE, { id: "apk_1", title }]), /\btitle\b/);
    await refused(
      () =>
        current().service.upsertApiKeys([
          { id: "apk_1", title: "New" },
          { ...PUBLISHABLE, title },
        ]),
      /\btitle\b/,
    );
  });

  it.each(WRONG_IDS)("upsertApiKeys with an id of %s (S18)", async (_, id) => {
    await refused(() => current().service.upsertApiKeys([PUBLISHABLE, { id, title: "New" }]), /\bid\b/);
  });

  it.each(WRONG_TEXTS)("revoke with a revoked_by of %s (S18)", async (_, revoked_by) => {
    await refused(() => current().service.revoke("apk_1", { revoked_by }), /revoked_by/);
    await refused(() => current().service.revoke({ id: ["apk_1", "apk_2"] }, { revoked_by }), /revoked_by/);
  });

  it.each<[string, unknown]>([
    ["an array", ["apk_1"]],
    ["undefined", undefined],
    ["null", null],
    ["a number", 5],
    ["a Date", new Date()],
  ])("updateApiKeys of %s (S10)", async (_, target) => {
    await refused(() => current().service.updateApiKeys(untyped(target), { title: "New" }), /\bid\b/);
  });

  class Target {
    readonly #id = "apk_1";
    get id() {
      return this.#id;
    }
  }
  const NOT_PLAIN: [string, () => object][] = [
    ["a URL", () => new URL("http://localhost/?id=apk_1")],
    ["URLSearchParams", () => new URLSearchParams("id=apk_1")],
    ["a Map", () => new Map([["id", "apk_1"]])],
    ["a Set", () => new Set(["apk_1"])],
    ["Headers", () => new Headers({ id: "apk_1" })],
    ["an instance of a class with private fields", () => new Target()],
    ["an object that inherits its id", () => Object.create({ id: "apk_1" })],
    ["an object that inherits from one without a prototype", () => Object.create(Object.create(null))],
    ["an empty object without a prototype", () => Object.create(null)],
    ["an iterator of an array", () => ["apk_1"][Symbol.iterator]()],
    ["a promise", () => Promise.resolve("apk_1")],
    ["a proxy of a URL", () => new Proxy(new URL("http://localhost"), {})],
  ];

  it.each(NOT_PLAIN)("a write whose target is %s", async (_, target) => {
    const { service } = current();
    await service.softDeleteApiKeys("apk_2");

    await refused(() => service.updateApiKeys(target(), { title: "New" }), /\bid\b/);
    await refused(() => service.revoke(target(), { revoked_by: "user_1" }), /\bid\b/);
    await refused(() => service.softDeleteApiKeys(target()), /\bid\b/);
    await refused(() => service.restoreApiKeys(target()), /\bid\b/);
    await refused(() => service.deleteApiKeys(untyped(target())), /\bids?\b/);
  });

  it.each(NOT_PLAIN)("a write whose targets hold %s", async (_, target) => {
    const { service } = current();
    await service.softDeleteApiKeys("apk_2");

    await refused(() => service.softDeleteApiKeys(["apk_1", target()]), /\bid\b/);
    await refused(() => service.restoreApiKeys([target()]), /\bid\b/);
    await refused(() => service.deleteApiKeys(untyped([target()])), /\bids?\b/);
  });

  it.each(NOT_PLAIN.filter(([name]) => name !== "an empty object without a prototype"))(
    "a write whose selector holds %s for a value",
    async (_, value) => {
      const { service } = current();
      for (const selector of [
        { type: "secret", id: value() },
        { type: "secret", id: { $in: [value()] } },
        { $or: [{ id: "apk_2" }, value()] },
        { id: "apk_1", $not: value() },
      ]) {
        await refused(() => service.updateApiKeys(selector, { title: "New" }), /\bid\b|\$or|\$not/);
        await refused(() => service.revoke(selector, { revoked_by: "user_1" }), /\bid\b|\$or|\$not/);
        await refused(() => service.softDeleteApiKeys(selector), /\bid\b|\$or|\$not/);
        await refused(() => service.restoreApiKeys(selector), /\bid\b|\$or|\$not/);
      }
    },
  );

  it("updateApiKeys of a whole text of NUL or lone surrogates", async () => {
    await refused(() => current().service.updateApiKeys("apk_1\u0000", { title: "New" }), /\bid\b/);
    await refused(() => current().service.updateApiKeys("apk_\ud800", { title: "New" }), /\bid\b/);
  });

  it.each<[string, unknown]>([
    ["a number", 5],
    ["an array with a number", ["apk_1", 5]],
    ["a boolean", true],
    ["nested arrays", [["apk_1"]]],
  ])("softDeleteApiKeys and restoreApiKeys of %s", async (_, targets) => {
    await refused(() => current().service.softDeleteApiKeys(untyped(targets)), /\bid/);
    await refused(() => current().service.restoreApiKeys(untyped(targets)), /\bid/);
  });

  it("a selector on a field that does not exist, in stock's words (S18)", async () => {
    const sentence = /^Trying to query by not existing property ApiKey\.nope$/;

    await refused(() => current().service.updateApiKeys({ nope: 1 }, { title: "New" }), sentence);
    await refused(() => current().service.revoke({ nope: 1 }, { revoked_by: "user_1" }), sentence);
    await refused(() => current().service.softDeleteApiKeys({ nope: 1 }), sentence);
    await refused(() => current().service.restoreApiKeys([{ nope: 1 }]), sentence);
  });

  it("ignores an id among the data of an update (S9)", async () => {
    expect(await current().service.updateApiKeys("apk_1", { id: "apk_2", title: "New" })).toMatchObject({
      id: "apk_1",
    });
    expect(await current().service.updateApiKeys({ type: "secret" }, { id: "apk_2", title: "Newer" })).toMatchObject([
      ...[{ id: "apk_1" }],
    ]);
    expect(await current().service.retrieveApiKey("apk_2")).toMatchObject({ title: PUBLISHABLE.title });
  });

  it("answers an empty array for an update of an empty array (S10)", async () => {
    expect(await current().service.updateApiKeys(untyped([]), { title: "New" })).toEqual([]);
  });
});
