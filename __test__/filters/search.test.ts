// The search `q`.

import { describeEverywhere, describeOurs } from "../support/implementations";
import { PUBLISHABLE } from "../support/service";
import { fillShelf } from "../support/shelf";

describeEverywhere("A search", (current) => {
  beforeEach(() => fillShelf(current().service));

  const found = async (filter: object, config?: object) =>
    (await current().service.listApiKeys(filter, config)).map((key) => key.id);

  it.each<[string, string, string[]]>([
    ["a part of a title in any case", "ALPH", ["apk_01", "apk_02"]],
    ["titles that hold every word, in any order", "two beta", ["apk_04"]],
    ["words whatever white space is around them", "  beta \t one\n", ["apk_03"]],
    ["words between all that JavaScript calls white space", "\ufeffbeta\u3000one\u2028", ["apk_03"]],
    ["nothing for a NEL between words, which is none", "beta\u0085one", []],
    ["nothing for a word that no key holds", "beta gamma", []],
    ["quotes as they are", "it's", ["apk_09"]],
  ])("finds %s", async (_, q, ids) => {
    expect(await found({ q })).toEqual(ids);
  });

  it("finds a key by its redacted form", async () => {
    const key = await current().service.createApiKeys({ ...PUBLISHABLE, title: "Sought" });

    expect(await found({ q: key.redacted })).toContain(key.id);
    expect(await found({ q: `${key.redacted.slice(-6)} sought` })).toEqual([key.id]);
  });

  it.each(["", "   ", null, undefined])("for %j is no search", async (q) => {
    expect(await found({ q })).toHaveLength(9);
  });

  it("is and-ed with the other filters", async () => {
    expect(await found({ q: "alpha", type: "secret" })).toEqual(["apk_02"]);
  });

  it("is counted and paged like any filter", async () => {
    const [keys, count] = await current().service.listAndCountApiKeys({ q: "beta" }, { take: 1 });

    expect({ ids: keys.map((key) => key.id), count }).toEqual({ ids: ["apk_03"], count: 2 });
  });

  it("does not find soft-deleted keys unless they are asked for", async () => {
    await current().service.softDeleteApiKeys("apk_03");

    expect(await found({ q: "beta" })).toEqual(["apk_04"]);
    expect(await found({ q: "beta" }, { withDeleted: true })).toEqual(["apk_03", "apk_04"]);
  });
});

describeOurs("A search", (current) => {
  beforeEach(() => fillShelf(current().service));

  it.each<[string, string[]]>([
    ["%", ["apk_06"]],
    ["\\", ["apk_08"]],
    ["e_c", ["apk_07"]],
    ["0%", ["apk_06"]],
  ])("takes %j literally (S17)", async (q, ids) => {
    expect((await current().service.listApiKeys({ q })).map((key) => key.id)).toEqual(ids);
  });

  it("leaves the caller's filter as it was, frozen or not (S16)", async () => {
    const filter = Object.freeze({ q: "alpha" });
    const config = Object.freeze({});

    expect(await current().service.listApiKeys(filter, config)).toHaveLength(2);
    expect({ filter, config }).toEqual({ filter: { q: "alpha" }, config: {} });
  });
});
