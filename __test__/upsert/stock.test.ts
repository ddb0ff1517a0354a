// What stock's upsert returns.

import { describeStock } from "../support/implementations";
import { SECRET } from "../support/service";

describeStock("Stock's upsertApiKeys", (current) => {
  it("omits dates and empty columns of created keys (M2)", async () => {
    const key = await current().service.upsertApiKeys(SECRET);

    expect(Object.keys(key)).toEqual(["id", "token", "salt", "redacted", "title", "type", "created_by"]);
    expect(Object.hasOwn(key, "salt") && key.salt === undefined).toBe(true);
  });
});
