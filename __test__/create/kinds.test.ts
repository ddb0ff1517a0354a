// Data of types that the published types exclude.

import { rejectsUnchanged } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { MORE_THAN_MEMBERS } from "../support/kinds";
import { PUBLISHABLE } from "../support/service";
import { fillShelf } from "../support/shelf";

describeOurs("createApiKeys, updateApiKeys and revoke", (current) => {
  beforeEach(() => fillShelf(current().service));

  const refused = rejectsUnchanged(current);

  it.each(MORE_THAN_MEMBERS)("reject %s as data, even with valid members (A33)", async (_, make) => {
    await refused(() => current().service.createApiKeys([Object.assign(make(), PUBLISHABLE)]), /API key to create/);
    await refused(() => current().service.updateApiKeys("apk_01", Object.assign(make(), { title: "Odd" })), /title/);
    await refused(() => current().service.revoke("apk_01", Object.assign(make(), { revoked_by: "odd" })), /revoked_by/);
  });

  it("reject a bigint as an id (A31)", async () => {
    await refused(() => current().service.createApiKeys({ ...PUBLISHABLE, id: 7n }), /\bid\b/);
  });
});
