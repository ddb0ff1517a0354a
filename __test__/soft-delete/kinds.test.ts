// Targets of types that the published types exclude.

import { rejectsUnchanged } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { bare } from "../support/kinds";
import { untyped } from "../support/service";
import { fillShelf } from "../support/shelf";

describeOurs("softDeleteApiKeys and restoreApiKeys", (current) => {
  beforeEach(() => fillShelf(current().service));

  const refused = rejectsUnchanged(current);

  it.each([true, () => undefined, Symbol("apk_01"), /apk_01/, 5, new Date(0), new Set(["apk_01"]), 5n])(
    "reject a target that is not an id or a selector: %p (A22)",
    async (target) => {
      await current().service.softDeleteApiKeys("apk_09");

      await refused(() => current().service.softDeleteApiKeys(untyped(target)), /id or selector/);
      await refused(() => current().service.restoreApiKeys(untyped(target)), /id or selector/);
    },
  );

  it("reject an object without a prototype as a selector or inside one (A22)", async () => {
    await refused(() => current().service.softDeleteApiKeys(bare({ id: "apk_01" })), /id or selector/);
    await refused(() => current().service.restoreApiKeys([bare({ id: "apk_01" })]), /id or selector/);
    await refused(
      () => current().service.revoke({ id: bare({ $in: ["apk_01"] }) }, { revoked_by: "odd" }),
      /ApiKey\.id/,
    );
  });
});
