// Revocations that are rejected.

import { rejectsUnchanged } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { PUBLISHABLE, SECRET } from "../support/service";
import { WRONG_TEXTS } from "../support/wrong-texts";

describeOurs("revoke rejects, naming the field and writing nothing,", (current) => {
  beforeEach(() =>
    current().service.createApiKeys([
      { ...SECRET, id: "apk_1" },
      { ...PUBLISHABLE, id: "apk_2" },
    ]),
  );

  const refused = rejectsUnchanged(current);

  it.each(WRONG_TEXTS)("a revoked_by of %s (S18)", async (_, revoked_by) => {
    await refused(() => current().service.revoke("apk_1", { revoked_by }), /revoked_by/);
    await refused(() => current().service.revoke({ id: ["apk_1", "apk_2"] }, { revoked_by }), /revoked_by/);
  });
});
