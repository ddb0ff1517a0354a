// What stock does to a key that another session changes between its read and its write.

import { describeStock } from "../support/implementations";
import { meanwhile } from "../support/meanwhile";
import { PUBLISHABLE } from "../support/service";

const BY = { revoked_by: "user_1" };

describeStock("Stock, during a concurrent write,", (current) => {
  beforeEach(async () => {
    await current().service.createApiKeys({ ...PUBLISHABLE, id: "apk_1" });
    current().emitted.length = 0;
  });

  const during = <Answer>(change: string, call: () => Promise<Answer>) => meanwhile(current().url, change, call);

  it("returns and publishes an update of a key that was deleted meanwhile (A37)", async () => {
    const { service } = current();
    const key = await during("DELETE FROM api_key", () => service.updateApiKeys("apk_1", { title: "New" }));

    expect(key).toMatchObject({ id: "apk_1", title: "New" });
    expect(await current().table()).toEqual([]);
    expect(current().emitted).toHaveLength(1);
  });

  it("revokes a key that was soft-deleted meanwhile (A37)", async () => {
    await during("UPDATE api_key SET deleted_at = now()", () => current().service.revoke("apk_1", BY));

    expect(await current().table()).toMatchObject([{ deleted_at: expect.any(Date), revoked_by: "user_1" }]);
  });

  it("returns the other columns in their former state (A37)", async () => {
    const key = await during("UPDATE api_key SET title = 'Other'", () => current().service.revoke("apk_1", BY));

    expect(key.title).toBe(PUBLISHABLE.title);
    expect(await current().table()).toMatchObject([{ title: "Other", revoked_by: "user_1" }]);
  });
});
