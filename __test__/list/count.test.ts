// `listAndCountApiKeys`.

import { describeEverywhere, describeOurs } from "../support/implementations";
import { fillShelf } from "../support/shelf";

describeEverywhere("listAndCountApiKeys", (current) => {
  beforeEach(() => fillShelf(current().service));

  it.each<[string, object, object, number, number]>([
    ["counts all matches, not only the page", {}, { skip: 2, take: 3 }, 3, 9],
    ["counts for an empty page", { type: "secret" }, { take: 0 }, 0, 3],
    ["counts nothing for a filter that nothing matches", { id: "apk_nope" }, {}, 0, 0],
    ["counts beyond the end", {}, { skip: 100 }, 0, 9],
  ])("%s", async (_, filter, config, page, total) => {
    const [keys, count] = await current().service.listAndCountApiKeys(filter, config);

    expect([keys.length, count]).toEqual([page, total]);
  });

  it("returns the page that listApiKeys returns", async () => {
    const filter = { created_at: { $gte: new Date("2021-01-03") } };
    const config = { order: { title: "DESC" }, skip: 1, take: 4, select: ["title", "revoked_at"] };
    const [keys] = await current().service.listAndCountApiKeys(filter, config);

    expect(keys).toStrictEqual(await current().service.listApiKeys(filter, config));
    expect(keys).toHaveLength(4);
  });

  it("counts soft-deleted keys only with withDeleted", async () => {
    await current().service.softDeleteApiKeys("apk_01");

    expect((await current().service.listAndCountApiKeys())[1]).toBe(8);
    expect((await current().service.listAndCountApiKeys({}, { withDeleted: true }))[1]).toBe(9);
  });
});

describeOurs("A page and its count", (current) => {
  beforeEach(() => fillShelf(current().service));

  it("come from one snapshot while keys are created and deleted (S19)", async () => {
    let writing = true;
    const writer = (async () => {
      while (writing) {
        await current().service.createApiKeys({
          title: "Passing",
          type: "publishable",
          created_by: "w",
          id: "apk_passing",
        });
        await current().service.softDeleteApiKeys("apk_passing");
        await current().sql("DELETE FROM api_key WHERE id = 'apk_passing'");
      }
    })();
    for (let round = 0; round < 60; round++) {
      const [keys, count] = await current().service.listAndCountApiKeys();
      expect(keys).toHaveLength(count);
    }
    writing = false;
    await writer;
  });
});
