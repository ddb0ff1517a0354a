// Unknown members in the data of an update.

import { rejectsUnchanged } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { PUBLISHABLE } from "../support/service";
import { ENDS, SCOPES, unknown } from "../support/unknown-members";

describeOurs("updateApiKeys and upsertApiKeys", (current) => {
  const service = () => current().service;
  beforeEach(() => service().createApiKeys({ ...PUBLISHABLE, id: "apk_1" }));

  const refused = rejectsUnchanged(current);

  it.each([...ENDS, ...SCOPES, "expires_in", "revoke_in"])(
    "reject a member that resembles another: %s (S22)",
    async (name) => {
      await refused(() => service().updateApiKeys("apk_1", { title: "New", [name]: 3600 }), unknown(name));
      await refused(() => service().updateApiKeys({ id: "apk_1" }, { title: "New", [name]: 3600 }), unknown(name));
      await refused(() => service().upsertApiKeys({ id: "apk_1", title: "New", [name]: 3600 }), unknown(name));
    },
  );
});
