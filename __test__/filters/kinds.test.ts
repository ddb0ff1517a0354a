// Values of another kind than the types ask for.

import { expectFailure } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { bare, MORE_THAN_MEMBERS } from "../support/kinds";
import { PUBLISHABLE, untyped } from "../support/service";
import { fillShelf } from "../support/shelf";

describeOurs("A value of another kind", (current) => {
  beforeEach(() => fillShelf(current().service));

  const refused = async (call: Promise<unknown>, message: RegExp) => {
    const before = await current().table();
    await expectFailure(call, "invalid_data", message);
    expect(await current().table()).toEqual(before);
  };

  it.each<[string, object, RegExp]>([
    ["a Set for an order", { order: new Set([{ id: "DESC" }]) }, /order/],
    ["a Set for relations", { relations: new Set() }, /relations/],
    ["a Set for a selection", { select: new Set(["title"]) }, /select/],
    ["true for an order", { order: true }, /order/],
    ["a symbol for an order", { order: Symbol("id") }, /order/],
    ["a bigint for an order", { order: 0n }, /order/],
    ["boxed text for a direction", { order: { id: new String("desc") } }, /order of id/],
    ["an array for a direction", { order: { id: [] } }, /order of id/],
    ["an array in a selection", { select: [["title"]] }, /select/],
    ["an object in a selection", { select: [{}] }, /select/],
  ])("in a config is refused by the member's name: %s (A31)", async (_, config, message) => {
    await refused(current().service.listApiKeys({}, config), message);
    await refused(current().service.retrieveApiKey("apk_01", config), message);
  });

  it("is no name that every object has: it is an unknown column (A31)", async () => {
    const select = ["toString", "constructor", "__proto__", "title"];

    expect(await current().service.retrieveApiKey("apk_01", { select })).toEqual({ id: "apk_01", title: "Alpha" });
  });

  it("is no class instance for an order, which is read (A31)", async () => {
    class Order {
      id = "desc";
    }

    expect(await current().service.listApiKeys({}, { order: new Order(), take: 1 })).toMatchObject([{ id: "apk_09" }]);
  });

  it.each<[string, object]>([
    ["a number in $or", { $or: [5] }],
    ["text in $or", { $or: ["apk_01"] }],
    ["empty text in $or", { $or: [""] }],
    ["an array in $or", { $or: [[]] }],
    ["a boolean in $or, beside a branch", { $or: [{ id: "apk_01" }, false] }],
    ["null in $and", { $and: [null] }],
    ["an array for $not", { $not: [] }],
    ["text for $not", { $not: "" }],
    ["a list in a list", { id: ["apk_01", ["apk_02"]] }],
    ["a regular expression in a list", { id: [/apk_01/] }],
    ["a regular expression for $ne", { id: { $ne: /apk_01/ } }],
  ])("is refused where a condition would be dropped or read otherwise: %s (A32)", async (_, filter) => {
    await refused(current().service.listApiKeys(filter), /\$or|\$and|\$not|ApiKey\.id/);
    await refused(current().service.updateApiKeys(filter, { title: "Hit" }), /\$or|\$and|\$not|ApiKey\.id/);
    await refused(current().service.softDeleteApiKeys(filter), /\$or|\$and|\$not|ApiKey\.id/);
  });

  it.each(MORE_THAN_MEMBERS)("is no data, whatever members it has: %s (A33)", async (_, make) => {
    await refused(current().service.createApiKeys([Object.assign(make(), PUBLISHABLE)]), /API key to create/);
    await refused(current().service.updateApiKeys("apk_01", Object.assign(make(), { title: "Odd" })), /title/);
    await refused(current().service.revoke("apk_01", Object.assign(make(), { revoked_by: "odd" })), /revoked_by/);
  });

  it.each([true, () => undefined, Symbol("apk_01"), /apk_01/, 5, new Date(0), new Set(["apk_01"]), 5n])(
    "is no target that hides or shows keys: %p (A22)",
    async (target) => {
      await current().service.softDeleteApiKeys("apk_09");

      await refused(current().service.softDeleteApiKeys(untyped(target)), /id or selector/);
      await refused(current().service.restoreApiKeys(untyped(target)), /id or selector/);
    },
  );

  it("is no selector of a write, nor within one: an object without a prototype (A22)", async () => {
    await refused(current().service.softDeleteApiKeys(bare({ id: "apk_01" })), /id or selector/);
    await refused(current().service.restoreApiKeys([bare({ id: "apk_01" })]), /id or selector/);
    await refused(current().service.revoke({ id: bare({ $in: ["apk_01"] }) }, { revoked_by: "odd" }), /ApiKey\.id/);
  });

  it("is no id (A31)", async () => {
    await refused(current().service.createApiKeys({ ...PUBLISHABLE, id: 7n }), /\bid\b/);
  });

  it.each<[string, unknown]>([
    ["a bigint", 5n],
    ["a symbol", Symbol("config")],
  ])("is no config of one key or many: %s (A30)", async (_, config) => {
    await refused(current().service.retrieveApiKey("apk_01", untyped(config)), /config/);
    await refused(current().service.listApiKeys({}, untyped(config)), /config/);
  });
});
