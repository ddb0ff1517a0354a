// Upserts that are rejected.

import { rejectsUnchanged } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { PUBLISHABLE, SECRET } from "../support/service";
import { WRONG_TEXTS } from "../support/wrong-texts";

const WRONG_IDS: [string, unknown][] = [
  ["a number", 5],
  ["a boolean", true],
  ["an object", { $ne: "" }],
  ["an array", ["apk_1"]],
  ["a string with a NUL", "apk_1\u0000"],
  ["a lone surrogate", "apk_\ud800"],
];

describeOurs("upsertApiKeys", (current) => {
  beforeEach(() =>
    current().service.createApiKeys([
      { ...SECRET, id: "apk_1" },
      { ...PUBLISHABLE, id: "apk_2" },
    ]),
  );

  const refused = rejectsUnchanged(current);

  it.each(WRONG_TEXTS)("rejects a title of %s in any element (S18)", async (_, title) => {
    await refused(() => current().service.upsertApiKeys([PUBLISHABLE, { id: "apk_1", title }]), /\btitle\b/);
    await refused(
      () =>
        current().service.upsertApiKeys([
          { id: "apk_1", title: "New" },
          { ...PUBLISHABLE, title },
        ]),
      /\btitle\b/,
    );
  });

  it.each(WRONG_IDS)("rejects an id of %s (S18)", async (_, id) => {
    await refused(() => current().service.upsertApiKeys([PUBLISHABLE, { id, title: "New" }]), /\bid\b/);
  });
});
