// Filters with values of types that the published types exclude.

import { rejectsUnchanged } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { fillShelf } from "../support/shelf";

describeOurs("A filter with a value of another type", (current) => {
  beforeEach(() => fillShelf(current().service));

  const refused = rejectsUnchanged(current);

  it.each<[string, object]>([
    ["a number in $or", { $or: [5] }],
    ["a string in $or", { $or: ["apk_01"] }],
    ["an empty string in $or", { $or: [""] }],
    ["an array in $or", { $or: [[]] }],
    ["a boolean in $or, beside a branch", { $or: [{ id: "apk_01" }, false] }],
    ["null in $and", { $and: [null] }],
    ["an array for $not", { $not: [] }],
    ["a string for $not", { $not: "" }],
    ["a list in a list", { id: ["apk_01", ["apk_02"]] }],
    ["a regular expression in a list", { id: [/apk_01/] }],
    ["a regular expression for $ne", { id: { $ne: /apk_01/ } }],
  ])("is rejected when stock would drop or misread a condition: %s (A32)", async (_, filter) => {
    await refused(() => current().service.listApiKeys(filter), /\$or|\$and|\$not|ApiKey\.id/);
    await refused(() => current().service.updateApiKeys(filter, { title: "Hit" }), /\$or|\$and|\$not|ApiKey\.id/);
    await refused(() => current().service.softDeleteApiKeys(filter), /\$or|\$and|\$not|ApiKey\.id/);
  });
});
