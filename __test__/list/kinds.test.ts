// Configs with values of types that the published types exclude.

import { rejectsUnchanged } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { untyped } from "../support/service";
import { fillShelf } from "../support/shelf";

describeOurs("A config with a value of another type", (current) => {
  beforeEach(() => fillShelf(current().service));

  const refused = rejectsUnchanged(current);

  it.each<[string, object, RegExp]>([
    ["a Set for an order", { order: new Set([{ id: "DESC" }]) }, /order/],
    ["a Set for relations", { relations: new Set() }, /relations/],
    ["a Set for a selection", { select: new Set(["title"]) }, /select/],
    ["true for an order", { order: true }, /order/],
    ["a symbol for an order", { order: Symbol("id") }, /order/],
    ["a bigint for an order", { order: 0n }, /order/],
    ["a String object for a direction", { order: { id: new String("desc") } }, /order of id/],
    ["an array for a direction", { order: { id: [] } }, /order of id/],
    ["an array in a selection", { select: [["title"]] }, /select/],
    ["an object in a selection", { select: [{}] }, /select/],
  ])("is rejected, naming the member: %s (A31)", async (_, config, message) => {
    await refused(() => current().service.listApiKeys({}, config), message);
    await refused(() => current().service.retrieveApiKey("apk_01", config), message);
  });

  it("treats names of Object.prototype as unknown columns (A31)", async () => {
    const select = ["toString", "constructor", "__proto__", "title"];

    expect(await current().service.retrieveApiKey("apk_01", { select })).toEqual({ id: "apk_01", title: "Alpha" });
  });

  it("may contain a class instance as its order (A31)", async () => {
    class Order {
      id = "desc";
    }

    expect(await current().service.listApiKeys({}, { order: new Order(), take: 1 })).toMatchObject([{ id: "apk_09" }]);
  });

  it.each<[string, unknown]>([
    ["a bigint", 5n],
    ["a symbol", Symbol("config")],
  ])("is rejected when it is not an object: %s (A30)", async (_, config) => {
    await refused(() => current().service.retrieveApiKey("apk_01", untyped(config)), /config/);
    await refused(() => current().service.listApiKeys({}, untyped(config)), /config/);
  });
});
