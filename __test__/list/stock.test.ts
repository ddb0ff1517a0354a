// What stock makes of values of another kind than its types ask for.

import { failureOf } from "../support/failures";
import { describeStock } from "../support/implementations";
import { MORE_THAN_MEMBERS } from "../support/kinds";
import { PUBLISHABLE, untyped } from "../support/service";
import { fillShelf } from "../support/shelf";

describeStock("Stock", (current) => {
  beforeEach(() => fillShelf(current().service));

  const found = async (filter: unknown, config?: unknown) =>
    (await current().service.listApiKeys(untyped(filter), untyped(config))).map((key) => key.id.slice(-1)).join("");
  const sorted = (ids: string) => [...ids].sort().join("");

  it("takes a Set for an order and for relations, and boxed text and arrays for directions (A31)", async () => {
    expect(await found({}, { order: new Set([{ id: "DESC" }]), relations: new Set() })).toBe("987654321");
    expect(await found({}, { order: { id: new String("desc") } })).toBe("987654321");
    expect(sorted(await found({}, { order: { id: [] } }))).toBe("123456789");
  });

  it.each([true, Symbol("order"), 0n])("leaves a page unordered for the order %p (A31)", async (order) => {
    expect(sorted(await found({}, { order }))).toBe("123456789");
  });

  it("passes over what is no text in a selection, and fails on names that every object has (A31)", async () => {
    expect(await current().service.listApiKeys({ id: "apk_01" }, { select: [["title"], {}] })).toEqual([
      { id: "apk_01" },
    ]);
    for (const name of ["toString", "constructor", "__proto__"]) {
      await failureOf(current().service.listApiKeys({}, { select: [name] }));
    }
  });

  it("fails on a class instance for an order (A31)", async () => {
    class Order {
      id = "desc";
    }

    expect((await failureOf(found({}, { order: new Order() }))).message).toContain("toLowerCase is not a function");
  });

  it.each<[string, object]>([
    ["a number in $or", { $or: [5] }],
    ["text in $or", { $or: [""] }],
    ["an array in $or", { $or: [[]] }],
    ["a boolean in $or", { $or: [false] }],
    ["an array for $not", { $not: [] }],
    ["text for $not", { $not: "" }],
  ])("drops %s and finds every key (A32)", async (_, filter) => {
    expect(await found(filter)).toBe("123456789");
  });

  it("hides every key for what is no branch, and reads a text in $or for an id (A32)", async () => {
    const hidden = async (target: object) =>
      (await current().service.softDeleteApiKeys(target)).api_key_id?.map((id) => id.slice(-1)).join("");

    expect(await hidden({ $or: ["apk_01"] })).toBe("1");
    expect(sorted((await hidden({ $or: [true] })) ?? "")).toBe("23456789");
  });

  it("flattens lists of ids, and compares regular expressions in lists as text (A32)", async () => {
    expect(await found({ id: ["apk_01", ["apk_02"]] })).toBe("12");
    expect(await found({ id: [/apk_01/] })).toBe("");
    expect(await found({ id: { $ne: /apk_01/ } })).toBe("123456789");
  });

  it.each(MORE_THAN_MEMBERS)("takes %s with the right members for data (A33)", async (_, make) => {
    const [key] = await current().service.createApiKeys([Object.assign(make(), PUBLISHABLE)]);

    expect(key).toMatchObject(PUBLISHABLE);
    expect(await current().service.updateApiKeys("apk_01", Object.assign(make(), { title: "Odd" }))).toMatchObject({
      title: "Odd",
    });
  });

  it.each([true, () => undefined, Symbol("apk_01")])("hides and shows every key for %p (A22)", async (target) => {
    expect((await current().service.softDeleteApiKeys(untyped(target))).api_key_id).toHaveLength(9);
    expect((await current().service.restoreApiKeys(untyped(target))).api_key_id).toHaveLength(9);
  });

  it("hides keys whose id a regular expression matches (A22)", async () => {
    expect((await current().service.softDeleteApiKeys(/apk_0[12]/)).api_key_id).toHaveLength(2);
  });

  it.each([5, new Date(0), new Set(["apk_01"])])("shows every key for %p (A22)", async (target) => {
    await current().service.softDeleteApiKeys("apk_01");

    expect((await current().service.restoreApiKeys(untyped(target))).api_key_id).toHaveLength(9);
  });

  it("passes over a bigint and a symbol for the config of one key (A30)", async () => {
    for (const config of [5n, Symbol("config")]) {
      expect(await current().service.retrieveApiKey("apk_01", untyped(config))).toMatchObject({ id: "apk_01" });
      await expect(current().service.listApiKeys({}, untyped(config))).rejects.toThrow(TypeError);
    }
  });

  it("answers a creation with the caller's own Dates (A34)", async () => {
    const created_at = new Date(0);

    expect((await current().service.createApiKeys({ ...PUBLISHABLE, created_at })).created_at).toBe(created_at);
  });

  it("leaves the event of an upsert that failed with the caller's aggregator (A35)", async () => {
    const { MessageAggregator } = await import("@medusajs/utils");
    const messageAggregator = new MessageAggregator();
    const upsert = [PUBLISHABLE, { id: "apk_nope", title: "A" }];
    await failureOf(current().service.upsertApiKeys(upsert, { messageAggregator }));

    expect(Object.values(messageAggregator.getMessages()).flat()).toMatchObject([{ name: "api_key.api-key.created" }]);
  });

  it("makes tokens by static methods, and has protected methods for subclasses (A36)", () => {
    const prototype = Object.getPrototypeOf(current().service);

    expect(prototype.constructor.generatePublishableKey().rawToken).toMatch(/^pk_/);
    for (const name of ["createApiKeys_", "updateApiKeys_", "authenticate_"]) expect(prototype).toHaveProperty(name);
  });

  it("stores a bigint for an id (A31)", async () => {
    await current().service.createApiKeys({ ...PUBLISHABLE, id: 7n });

    expect(await current().service.retrieveApiKey("7")).toMatchObject(PUBLISHABLE);
  });
});
