// Unknown members in the data of a revocation.

import { rejectsUnchanged } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { PUBLISHABLE } from "../support/service";
import { ENDS, unknown } from "../support/unknown-members";

const BY = { revoked_by: "user_2" };

describeOurs("revoke", (current) => {
  const service = () => current().service;
  beforeEach(() => service().createApiKeys({ ...PUBLISHABLE, id: "apk_1" }));

  const refused = rejectsUnchanged(current);

  it.each([...ENDS, "expires_in", "revokeIn", "revoke_at", "revokeAt", "revoked_in", "revokedBy"])(
    "rejects a member that resembles another: %s (S22)",
    async (name) => {
      await refused(() => service().revoke("apk_1", { ...BY, [name]: 3600 }), unknown(name));
      await refused(() => service().revoke({ id: "apk_1" }, { ...BY, [name]: 3600 }), unknown(name));
    },
  );
});
