// Revocations that are rejected.

import { expectFailure } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { PUBLISHABLE, SECRET } from "../support/service";

const WRONG_TEXTS: [string, unknown][] = [
  ["a number", 5],
  ["NaN", Number.NaN],
  ["an object", {}],
  ["an array", ["a"]],
  ["a string with a NUL", "a\u0000"],
  ["a lone surrogate", "\udfff"],
  ["a string of one mebibyte", "x".repeat(1024 * 1024)],
];

describeOurs("revoke rejects, naming the field and writing nothing,", (current) => {
  beforeEach(() =>
    current().service.createApiKeys([
      { ...SECRET, id: "apk_1" },
      { ...PUBLISHABLE, id: "apk_2" },
    ]),
  );

  const refused = async (call: () => Promise<unknown>, message: RegExp) => {
    const before = await current().table();
    await expectFailure(call(), "invalid_data", message);
    expect(await current().table()).toEqual(before);
  };

  it.each(WRONG_TEXTS)("a revoked_by of %s (S18)", async (_, revoked_by) => {
    await refused(() => current().service.revoke("apk_1", { revoked_by }), /revoked_by/);
    await refused(() => current().service.revoke({ id: ["apk_1", "apk_2"] }, { revoked_by }), /revoked_by/);
  });
});
