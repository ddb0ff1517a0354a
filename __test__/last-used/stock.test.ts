// What stock records of a use: nothing.

import { describeStock } from "../support/implementations";
import { SECRET } from "../support/service";

describeStock("Stock's authenticate", (current) => {
  it("leaves last_used_at null and writes nothing (M3)", async () => {
    const { id, token } = await current().service.createApiKeys(SECRET);
    const before = await current().table();

    expect(await current().service.authenticate(token)).toMatchObject({ id, last_used_at: null });
    expect(await current().table()).toEqual(before);
  });
});
