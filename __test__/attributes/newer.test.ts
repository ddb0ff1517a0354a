// Keys with a restriction that a later version added: during a rolling deployment, this version must not lose it.

import { expectFailure, rejectsUnchanged } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { SECRET } from "../support/service";

const NEWER = '{"scopes":["products:read"],"hours":["08:00-18:00"]}';

describeOurs("A restriction that a later version added", (current) => {
  const service = () => current().service;
  const unchanged = rejectsUnchanged(current);
  let id: string;
  let token: string;

  beforeEach(async () => {
    ({ id, token } = await service().createApiKeys({ ...SECRET, scopes: ["products:read"] }));
    await current().sql("UPDATE api_key SET attributes = ? WHERE id = ?", [NEWER, id]);
  });

  it("keeps the key from every use", async () => {
    expect(await service().authenticate(token)).toBe(false);
    expect(await service().verify(token)).toEqual({ valid: false, reason: "unknown" });
    expect(await service().verify(token, { scopes: ["products:read"] })).toEqual({ valid: false, reason: "unknown" });
  });

  it("keeps the key from being rolled: its successor would not have it", async () => {
    await unchanged(() => service().rollApiKeys(id, { revoked_by: "user_1" }), /lost its restrictions/);
  });

  it("is not lost by an update", async () => {
    const before = await current().table();
    await expectFailure(
      service().updateApiKeys(id, { scopes: ["products:read"] }),
      "unexpected_state",
      /attributes that this version cannot read/,
    );
    expect(await current().table()).toEqual(before);
    await service().updateApiKeys(id, { title: "New" });
    expect(await current().table()).toMatchObject([{ title: "New", attributes: NEWER }]);
  });

  it("keeps the key from creating keys", async () => {
    const before = await current().table();
    await expectFailure(service().createApiKeys({ ...SECRET, created_by: id }), "not_allowed", /may not grant/);
    expect(await current().table()).toEqual(before);
  });

  it("does not keep the key from being revoked", async () => {
    await service().revoke(id, { revoked_by: "user_1" });
    expect(await service().retrieveApiKey(id)).toMatchObject({ revoked_by: "user_1" });
  });
});
