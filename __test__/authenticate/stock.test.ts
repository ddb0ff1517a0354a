// How stock handles input that is not a token.

import { failureOf } from "../support/failures";
import { describeStock } from "../support/implementations";
import { SECRET, untyped } from "../support/service";

describeStock("Stock's authenticate", (current) => {
  it("throws internal errors for a non-string token and accepts a Buffer (S14)", async () => {
    const { id, token } = await current().service.createApiKeys(SECRET);

    for (const wrong of [undefined, null, 5, {}, new Date(0), new String(token)]) {
      // The error of a String object is of Node's own realm, of which Jest's classes know nothing.
      await expect(current().service.authenticate(untyped(wrong))).rejects.toMatchObject({ name: "TypeError" });
    }
    expect((await failureOf(current().service.authenticate("sk_\0"))).name).toBe("DriverException");
    expect(await current().service.authenticate(untyped(Buffer.from(token)))).toMatchObject({ id });
  });
});
