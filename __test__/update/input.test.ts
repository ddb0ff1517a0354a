// Updates that are rejected.

import { rejectsUnchanged } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { PUBLISHABLE, SECRET, untyped } from "../support/service";
import { WRONG_TEXTS } from "../support/wrong-texts";

describeOurs("updateApiKeys", (current) => {
  beforeEach(() =>
    current().service.createApiKeys([
      { ...SECRET, id: "apk_1" },
      { ...PUBLISHABLE, id: "apk_2" },
    ]),
  );

  const refused = rejectsUnchanged(current);

  it.each([...WRONG_TEXTS, ["undefined", undefined], ["null", null]])(
    "rejects a title of %s (S18)",
    async (_, title) => {
      await refused(() => current().service.updateApiKeys("apk_1", { title: untyped(title) }), /\btitle\b/);
      await refused(() => current().service.updateApiKeys({ id: "apk_1" }, { title: untyped(title) }), /\btitle\b/);
    },
  );

  it.each<[string, unknown]>([
    ["undefined", undefined],
    ["null", null],
    ["a string", "New"],
    ["an array", [{ title: "New" }]],
  ])("rejects data of %s (S18)", async (_, data) => {
    await refused(() => current().service.updateApiKeys("apk_1", untyped(data)), /title|data/);
  });

  it.each<[string, unknown]>([
    ["an array", ["apk_1"]],
    ["undefined", undefined],
    ["null", null],
    ["a number", 5],
    ["a Date", new Date()],
  ])("rejects %s as a target (S10)", async (_, target) => {
    await refused(() => current().service.updateApiKeys(untyped(target), { title: "New" }), /\bid\b/);
  });

  it("rejects an id with a NUL or a lone surrogate (A4)", async () => {
    await refused(() => current().service.updateApiKeys("apk_1\u0000", { title: "New" }), /\bid\b/);
    await refused(() => current().service.updateApiKeys("apk_\ud800", { title: "New" }), /\bid\b/);
  });

  it("ignores an id in the data (S9)", async () => {
    expect(await current().service.updateApiKeys("apk_1", { id: "apk_2", title: "New" })).toMatchObject({
      id: "apk_1",
    });
    expect(await current().service.updateApiKeys({ type: "secret" }, { id: "apk_2", title: "Newer" })).toMatchObject([
      ...[{ id: "apk_1" }],
    ]);
    expect(await current().service.retrieveApiKey("apk_2")).toMatchObject({ title: PUBLISHABLE.title });
  });

  it("returns an empty array for an empty array (S10)", async () => {
    expect(await current().service.updateApiKeys(untyped([]), { title: "New" })).toEqual([]);
  });
});
