// Filters that contain a secret token.

import { expectFailure } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { PUBLISHABLE, SECRET } from "../support/service";

describeOurs("A secret token in a filter", (current) => {
  const secret = `sk_${"0f".repeat(32)}`;

  it.each<[string, object]>([
    ["a publishable token", { token: secret, type: "publishable" }],
    ["a token", { token: secret }],
    ["one of several tokens", { token: { $in: [secret] } }],
    ["an id", { id: secret }],
    ["one of several ids", { id: [secret] }],
    ["a title", { title: secret }],
    ["a title in part", { title: { $like: `%${secret}%` } }],
    ["a title, case ignored", { title: { $ilike: secret } }],
    ["a title by a regular expression", { title: new RegExp(secret) }],
    ["words of a title", { title: { $fulltext: secret } }],
    ["a search", { q: secret }],
    ["a branch", { $or: [{ title: secret }, { created_by: secret }] }],
  ])("matches nothing: %s (A42)", async (_, filter) => {
    await current().service.createApiKeys([{ ...PUBLISHABLE, title: secret }]);

    expect(await current().service.listApiKeys(filter)).toEqual([]);
    expect(await current().service.listAndCountApiKeys(filter)).toEqual([[], 0]);
  });

  it("satisfies a negated condition and is rejected in a comparison (A42)", async () => {
    const { service } = current();
    const { id } = await service.createApiKeys(SECRET);

    expect(await service.listApiKeys({ title: { $ne: secret }, id: { $nin: [secret] } })).toMatchObject([{ id }]);
    expect(await service.listApiKeys({ revoked_by: { $ne: secret } })).toEqual([]);
    expect(await service.listApiKeys({ $not: { revoked_by: secret } })).toEqual([]);
    await expectFailure(service.listApiKeys({ title: { $gt: secret } }), "invalid_data", /looks like a secret token/);
  });
});
