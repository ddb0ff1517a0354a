// Unknown members in the data of a roll.

import { expectFailure } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { PUBLISHABLE } from "../support/service";
import { unknown } from "../support/unknown-members";

const BY = { revoked_by: "user_2" };

describeOurs("rollApiKeys", (current) => {
  it.each(["revokeIn", "expires_in", "titel", "id", "nope"])("rejects the unknown member %s (M4)", async (name) => {
    const { service } = current();
    const { id } = await service.createApiKeys(PUBLISHABLE);
    const before = await current().table();

    await expectFailure(service.rollApiKeys(id, { ...BY, [name]: 3600 }), "invalid_data", unknown(name));
    expect(await current().table()).toEqual(before);
  });

  it("suggests the likely member for an unknown one", async () => {
    const roll = current().service.rollApiKeys("apk_1", { ...BY, revokeIn: 3600 });

    await expectFailure(roll, "invalid_data", /; did you mean "revoke_in"\?$/);
  });
});
