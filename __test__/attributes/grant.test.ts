// A restricted key never grants more than it has itself to the keys that it creates or rolls.

import { expectFailure } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { PUBLISHABLE, SECRET } from "../support/service";

const CREATOR = {
  ...SECRET,
  scopes: ["products:*", "api-keys:write"],
  owner: { type: "seller", id: "sel_1" },
  allowed_ips: ["10.0.0.0/8"],
};
const { scopes, owner, allowed_ips } = CREATOR;

describeOurs("A restricted key that creates keys", (current) => {
  const service = () => current().service;
  const creator = async (more: object = {}) => (await service().createApiKeys({ ...CREATOR, ...more })).id;

  it("passes its restrictions on where none are given (M12)", async () => {
    const created_by = await creator();
    const child = await service().createApiKeys({ ...SECRET, created_by });
    expect(child).toMatchObject({ scopes, owner, allowed_ips });
    expect(await service().retrieveApiKey(child.id)).toMatchObject({ scopes, owner, allowed_ips });
    expect(await service().authenticate(child.token)).toBe(false);
    const [grandchild] = await service().upsertApiKeys([
      { ...SECRET, created_by: child.id, scopes: ["products:read"] },
    ]);
    expect(grandchild).toMatchObject({ scopes: ["products:read"], owner, allowed_ips });
  });

  it.each([
    { scopes: ["orders:read"] },
    { scopes: ["products:read", "*:read"] },
    { scopes: ["*:*"] },
    { owner: { type: "seller", id: "sel_2" } },
    { owner: { type: "user", id: "user_1" } },
    { allowed_ips: ["0.0.0.0/0"] },
    { allowed_ips: ["10.0.0.0/8", "11.0.0.1"] },
  ])("is rejected if it grants more, and creates nothing: %j (M12)", async (more) => {
    const created_by = await creator();
    const before = await current().table();
    const wider = { ...SECRET, created_by, ...more };
    await expectFailure(service().createApiKeys([SECRET, wider]), "not_allowed", /may not grant more than it has/);
    await expectFailure(service().upsertApiKeys([SECRET, wider]), "not_allowed", /may not grant more than it has/);
    expect(await current().table()).toEqual(before);
  });

  it("ends its keys with itself at the latest", async () => {
    const created_by = await creator({ expires_in: 60 });
    const { revoked_at } = await service().retrieveApiKey(created_by);
    expect(await service().createApiKeys({ ...SECRET, created_by })).toMatchObject({
      revoked_at,
      revoked_by: created_by,
    });
    const shorter = await service().createApiKeys({ ...SECRET, created_by, expires_in: 30 });
    expect(Number(shorter.revoked_at)).toBeLessThan(Number(revoked_at));
    const longer = service().createApiKeys({ ...SECRET, created_by, expires_in: 3600 });
    await expectFailure(longer, "not_allowed", /may not grant more than it has itself: a later end/);
  });

  it("grants nothing after its own end", async () => {
    const [revoked, deleted] = [await creator(), await creator()];
    await service().revoke(revoked, { revoked_by: "u" });
    await service().softDeleteApiKeys(deleted);
    for (const created_by of [revoked, deleted]) {
      await expectFailure(service().createApiKeys({ ...SECRET, created_by }), "not_allowed", /may not grant/);
    }
  });

  it("grants nothing after its deletion, when nobody knows its restrictions", async () => {
    const deleted = await creator();
    const plain = await service().createApiKeys(SECRET);
    await service().revoke(deleted, { revoked_by: "u" });
    await service().deleteApiKeys(deleted);
    const made = { ...SECRET, created_by: deleted };
    await expectFailure(service().createApiKeys(made), "not_allowed", /may not grant/);
    await expectFailure(service().upsertApiKeys([made]), "not_allowed", /may not grant/);
    await expectFailure(service().rollApiKeys(plain.id, { revoked_by: deleted }), "not_allowed", /may not grant/);
    const publishable = { ...PUBLISHABLE, created_by: deleted };
    await expect(service().createApiKeys(publishable)).resolves.toMatchObject(publishable);
  });

  it("is not bounded for publishable keys, nor are unrestricted keys and users", async () => {
    const created_by = await creator();
    await expect(service().createApiKeys({ ...PUBLISHABLE, created_by })).resolves.toMatchObject(
      PUBLISHABLE.title ? { title: PUBLISHABLE.title } : {},
    );
    const unrestricted = await service().createApiKeys(SECRET);
    for (const by of [unrestricted.id, "apk_nobody", "user_1"]) {
      const child = await service().createApiKeys({ ...SECRET, created_by: by });
      expect(await service().authenticate(child.token)).toMatchObject({ id: child.id });
    }
  });

  it("rolls itself and lesser keys only", async () => {
    const roller = await creator();
    const child = await service().createApiKeys({ ...SECRET, created_by: roller, scopes: ["products:read"] });
    const unrestricted = await service().createApiKeys(SECRET);
    const other = await service().createApiKeys({ ...CREATOR, owner: { type: "seller", id: "sel_2" } });
    for (const { id } of [unrestricted, other]) {
      await expectFailure(service().rollApiKeys(id, { revoked_by: roller }), "not_allowed", /may not grant/);
    }
    expect(await service().authenticate(unrestricted.token)).toMatchObject({ id: unrestricted.id });
    await expect(service().rollApiKeys(child.id, { revoked_by: roller })).resolves.toMatchObject({
      created: { scopes: ["products:read"], owner, allowed_ips },
    });
    await expect(service().rollApiKeys(roller, { revoked_by: roller })).resolves.toMatchObject({ created: { scopes } });
  });

  it("does not stop an admin from rolling its keys after its end", async () => {
    const created_by = await creator();
    const child = await service().createApiKeys({ ...SECRET, created_by });
    await service().revoke(created_by, { revoked_by: "u" });
    await expect(service().rollApiKeys(child.id, { revoked_by: "user_1" })).resolves.toMatchObject({
      created: { scopes },
    });
  });

  it("never outgrows itself while it is being restricted further", async () => {
    for (let round = 0; round < 10; round++) {
      const created_by = await creator({ scopes: ["a:read", "b:read"] });
      const create = () =>
        service()
          .createApiKeys({ ...SECRET, created_by, scopes: ["b:read"] })
          .then(
            ({ created_at }) => created_at,
            () => null,
          );
      const [, ...made] = await Promise.all([
        service().updateApiKeys(created_by, { scopes: ["a:read"] }),
        ...Array.from({ length: 4 }, create),
      ]);
      // Whatever was created before stays; afterwards nothing more is.
      expect(made.length).toBe(4);
      expect(await create()).toBeNull();
    }
  });
});
