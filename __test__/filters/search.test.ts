// The search `q`.

import { describeEverywhere, describeOurs } from "../support/implementations";
import { PUBLISHABLE } from "../support/service";
import { fillShelf } from "../support/shelf";

describeEverywhere("A search", (current) => {
  beforeEach(() => fillShelf(current().service));

  const found = async (filter: object, config?: object) =>
    (await current().service.listApiKeys(filter, config)).map((key) => key.id);

  it.each<[string, string, string[]]>([
    ["part of a title, case-insensitively", "ALPH", ["apk_01", "apk_02"]],
    ["titles that contain every word in any order", "two beta", ["apk_04"]],
    ["words surrounded by any white space", "  beta \t one\n", ["apk_03"]],
    ["words separated by any white space of JavaScript", "\ufeffbeta\u3000one\u2028", ["apk_03"]],
    ["nothing for words separated by NEL, which is not white space", "beta\u0085one", []],
    ["nothing for a word that no key contains", "beta gamma", []],
    ["literal quotes", "it's", ["apk_09"]],
  ])("finds %s", async (_, q, ids) => {
    expect(await found({ q })).toEqual(ids);
  });

  it("finds a key by its redacted form", async () => {
    const key = await current().service.createApiKeys({ ...PUBLISHABLE, title: "Sought" });

    expect(await found({ q: key.redacted })).toContain(key.id);
    expect(await found({ q: `${key.redacted.slice(-6)} sought` })).toEqual([key.id]);
  });

  it.each(["", "   ", null, undefined])("matches every key for %j", async (q) => {
    expect(await found({ q })).toHaveLength(9);
  });

  it("is combined with the other filters by AND", async () => {
    expect(await found({ q: "alpha", type: "secret" })).toEqual(["apk_02"]);
  });

  it("supports counts and pages like any filter", async () => {
    const [keys, count] = await current().service.listAndCountApiKeys({ q: "beta" }, { take: 1 });

    expect({ ids: keys.map((key) => key.id), count }).toEqual({ ids: ["apk_03"], count: 2 });
  });

  it("finds soft-deleted keys only with withDeleted", async () => {
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
  ])("matches %j literally (S17)", async (q, ids) => {
    expect((await current().service.listApiKeys({ q })).map((key) => key.id)).toEqual(ids);
  });

  it("leaves the caller's filter unchanged, frozen or not (S16)", async () => {
    const filter = Object.freeze({ q: "alpha" });
    const config = Object.freeze({});

    expect(await current().service.listApiKeys(filter, config)).toHaveLength(2);
    expect({ filter, config }).toEqual({ filter: { q: "alpha" }, config: {} });
  });
});
