// Stock issues tokens without a brand, and verifies those with one.

import { describeStock } from "../support/implementations";
import { openService } from "../support/ours";
import { SECRET } from "../support/service";
import { mistyped } from "./tokens";

describeStock("tokens with a brand", (current) => {
  it("are verified by stock, which issues none and looks up each of them (M19)", async () => {
    const ours = openService(current().url, { hashing: "scrypt", token: { brand: "acme" } });
    await ours.migrate();
    const { id, token } = await ours.createApiKeys(SECRET);
    await ours.close();

    expect(await current().service.authenticate(token)).toMatchObject({ id });
    expect(await current().service.authenticate(mistyped(token))).toBe(false);
    expect((await current().service.createApiKeys(SECRET)).token).toMatch(/^sk_[0-9a-f]{64}$/);
  });
});
