// Stock has no single-use keys, and accepts none of this package's.

import { describeStock } from "../support/implementations";
import { openService } from "../support/ours";

describeStock("single-use keys", (current) => {
  it("are unknown to stock, which has no redeem and verifies none of them (M14)", async () => {
    const ours = openService(current().url, { hashing: "scrypt" });
    await ours.migrate();
    const reset = { title: "Reset", type: "secret", created_by: "shop", purpose: "password-reset" };
    const { token } = await ours.createApiKeys(reset);
    await ours.close();

    expect(current().service).not.toHaveProperty("redeem");
    expect(await current().service.authenticate(token)).toBe(false);
  });
});
