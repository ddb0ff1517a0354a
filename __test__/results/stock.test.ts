// What stock's answers contain that this package's do not.

import { describeStock } from "../support/implementations";
import { SECRET } from "../support/service";
import { fillShelf } from "../support/shelf";

describeStock("Stock's retrieveApiKey", (current) => {
  beforeEach(() => fillShelf(current().service));

  it("returns an invalid Date for an infinite time and keeps years beyond 9999 (D6)", async () => {
    await current().sql("UPDATE api_key SET revoked_at = 'infinity', created_at = '20000-01-01' WHERE id = 'apk_01'");

    const key = await current().service.retrieveApiKey("apk_01");

    expect(key.revoked_at?.getTime()).toBeNaN();
    expect(key.created_at).toEqual(new Date("+020000-01-01T00:00:00.000Z"));
  });
});

describeStock("Stock's authenticate, upsertApiKeys and select", (current) => {
  const stored = async () => (await current().table())[0] as { token: string; salt: string };

  it("return the stored hash and salt (S4)", async () => {
    const { id, token } = await current().service.createApiKeys(SECRET);
    const { token: hash, salt } = await stored();

    expect(await current().service.authenticate(token)).toMatchObject({ token: hash, salt });
    expect(await current().service.upsertApiKeys({ id, title: "New" })).toMatchObject({ token: hash, salt });
    expect(await current().service.listApiKeys({}, { select: ["token"] })).toEqual([{ id, token: hash }]);
  });
});
