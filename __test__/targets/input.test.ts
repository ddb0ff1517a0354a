// Targets that every write rejects.

import { rejectsUnchanged } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { PUBLISHABLE, SECRET, untyped } from "../support/service";

describeOurs("A write rejects, naming the argument and changing nothing,", (current) => {
  beforeEach(() =>
    current().service.createApiKeys([
      { ...SECRET, id: "apk_1" },
      { ...PUBLISHABLE, id: "apk_2" },
    ]),
  );

  const refused = rejectsUnchanged(current);

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
    ["an object whose id is not enumerable", () => Object.defineProperty({}, "id", { value: "apk_1" })],
    [
      "an object whose id is not enumerable, and its type is",
      () => Object.defineProperty({ type: "secret" }, "id", { value: "apk_1" }),
    ],
    ["an object whose only member has a symbol as its name", () => ({ [Symbol("id")]: "apk_1" })],
    ["an iterator of an array", () => ["apk_1"][Symbol.iterator]()],
    ["a promise", () => Promise.resolve("apk_1")],
    ["a proxy of a URL", () => new Proxy(new URL("http://localhost"), {})],
    ["a proxy that hides its id", () => new Proxy({ id: "apk_1" }, { ownKeys: () => [] })],
  ];

  it.each(NOT_PLAIN)("a target of %s (A22)", async (_, target) => {
    const { service } = current();
    await service.softDeleteApiKeys("apk_2");

    await refused(() => service.updateApiKeys(target(), { title: "New" }), /\bid\b/);
    await refused(() => service.revoke(target(), { revoked_by: "user_1" }), /\bid\b/);
    await refused(() => service.softDeleteApiKeys(target()), /\bid\b/);
    await refused(() => service.restoreApiKeys(target()), /\bid\b/);
    await refused(() => service.deleteApiKeys(untyped(target())), /\bids?\b/);
  });

  it.each(NOT_PLAIN)("a list of targets with %s", async (_, target) => {
    const { service } = current();
    await service.softDeleteApiKeys("apk_2");

    await refused(() => service.softDeleteApiKeys(["apk_1", target()]), /\bid\b/);
    await refused(() => service.restoreApiKeys([target()]), /\bid\b/);
    await refused(() => service.deleteApiKeys(untyped([target()])), /\bids?\b/);
  });

  it.each(NOT_PLAIN.filter(([name]) => name !== "an empty object without a prototype"))(
    "a selector with a value of %s",
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

  it.each<[string, unknown]>([
    ["a number", 5],
    ["an array with a number", ["apk_1", 5]],
    ["a boolean", true],
    ["nested arrays", [["apk_1"]]],
  ])("a soft deletion and a restoration of %s", async (_, targets) => {
    await refused(() => current().service.softDeleteApiKeys(untyped(targets)), /\bid/);
    await refused(() => current().service.restoreApiKeys(untyped(targets)), /\bid/);
  });

  it("a selector on an unknown field, in stock's words (S18)", async () => {
    const sentence = /^Trying to query by not existing property ApiKey\.nope$/;

    await refused(() => current().service.updateApiKeys({ nope: 1 }, { title: "New" }), sentence);
    await refused(() => current().service.revoke({ nope: 1 }, { revoked_by: "user_1" }), sentence);
    await refused(() => current().service.softDeleteApiKeys({ nope: 1 }), sentence);
    await refused(() => current().service.restoreApiKeys([{ nope: 1 }]), sentence);
  });
});
