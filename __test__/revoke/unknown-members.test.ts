// Unknown members in the data of a revocation.

import { expectFailure } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { PUBLISHABLE } from "../support/service";

const BY = { revoked_by: "user_2" };

const ENDS = [
  "expires_at",
  "expiresAt",
  "expiresIn",
  "expires",
  "expiry",
  "expiration",
  "ttl",
  "valid_until",
  "not_after",
];

const unknown = (name: string) => new RegExp(`^unknown member "${name}" of `);

describeOurs("revoke", (current) => {
  const service = () => current().service;
  beforeEach(() => service().createApiKeys({ ...PUBLISHABLE, id: "apk_1" }));

  const refused = async (call: () => Promise<unknown>, message: RegExp) => {
    const before = await current().table();
    await expectFailure(call(), "invalid_data", message);
    expect(await current().table()).toEqual(before);
  };

  it.each([...ENDS, "expires_in", "revokeIn", "revoke_at", "revokeAt", "revoked_in", "revokedBy"])(
    "rejects a member that resembles another: %s (S22)",
    async (name) => {
      await refused(() => service().revoke("apk_1", { ...BY, [name]: 3600 }), unknown(name));
      await refused(() => service().revoke({ id: "apk_1" }, { ...BY, [name]: 3600 }), unknown(name));
    },
  );
});
