// Unknown members in the data of a new key.

import { expectFailure } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { PUBLISHABLE, SECRET } from "../support/service";

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

const SCOPES = ["scopes", "scope", "permissions", "roles"];

const unknown = (name: string) => new RegExp(`^unknown member "${name}" of `);

describeOurs("createApiKeys", (current) => {
  const service = () => current().service;
  beforeEach(() => service().createApiKeys({ ...PUBLISHABLE, id: "apk_1" }));

  const refused = async (call: () => Promise<unknown>, message: RegExp) => {
    const before = await current().table();
    await expectFailure(call(), "invalid_data", message);
    expect(await current().table()).toEqual(before);
  };

  it.each([...ENDS, ...SCOPES, "revoke_in", "revokedAt", "secret", "notBefore"])(
    "rejects a member that resembles another: %s (S22)",
    async (name) => {
      await refused(() => service().createApiKeys({ ...SECRET, [name]: 3600 }), unknown(name));
      await refused(() => service().createApiKeys([SECRET, { ...SECRET, [name]: null }]), unknown(name));
      await refused(() => service().upsertApiKeys({ ...SECRET, [name]: 3600 }), unknown(name));
    },
  );
});
