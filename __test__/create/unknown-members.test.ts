// Unknown members in the data of a new key.

import { rejectsUnchanged } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { PUBLISHABLE, SECRET } from "../support/service";
import { ENDS, SCOPES, unknown } from "../support/unknown-members";

describeOurs("createApiKeys", (current) => {
  const service = () => current().service;
  beforeEach(() => service().createApiKeys({ ...PUBLISHABLE, id: "apk_1" }));

  const refused = rejectsUnchanged(current);

  it.each([...ENDS, ...SCOPES, "revoke_in", "revokedAt", "secret", "notBefore"])(
    "rejects a member that resembles another: %s (S22)",
    async (name) => {
      await refused(() => service().createApiKeys({ ...SECRET, [name]: 3600 }), unknown(name));
      await refused(() => service().createApiKeys([SECRET, { ...SECRET, [name]: null }]), unknown(name));
      await refused(() => service().upsertApiKeys({ ...SECRET, [name]: 3600 }), unknown(name));
    },
  );
});
