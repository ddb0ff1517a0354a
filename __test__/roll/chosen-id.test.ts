// The id that the caller of rollApiKeys chooses for the new key.

import { expectFailure } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { PUBLISHABLE, SECRET } from "../support/service";

const BY = { revoked_by: "user_2" };
const ULID = "apk_01K5ZZZZZZZZZZZZZZZZZZZZZZ";

describeOurs("rollApiKeys with an id (M4)", (current) => {
  it("gives the new key the chosen id", async () => {
    const { service } = current();
    const { id } = await service.createApiKeys(PUBLISHABLE);
    const { revoked, created } = await service.rollApiKeys(id, { ...BY, id: "apk_chosen" });

    expect([revoked.id, created.id]).toEqual([id, "apk_chosen"]);
    expect(await service.retrieveApiKey("apk_chosen")).toMatchObject({ type: "publishable", token: created.token });
  });

  it.each([undefined, null, ""])("generates an id where the chosen one is %p", async (chosen) => {
    const { service } = current();
    const { id } = await service.createApiKeys(SECRET);
    const { created } = await service.rollApiKeys(id, { ...BY, id: chosen });

    expect(created.id).toMatch(/^apk_[0-9A-HJKMNP-TV-Z]{26}$/);
  });

  it("changes nothing where another key has the chosen id, deleted or not", async () => {
    const { service } = current();
    const old = await service.createApiKeys(SECRET);
    await service.createApiKeys({ ...SECRET, id: "apk_other" });
    await service.createApiKeys({ ...SECRET, id: "apk_deleted" });
    await service.softDeleteApiKeys("apk_deleted");
    const before = await current().table();

    for (const id of [old.id, "apk_other", "apk_deleted"]) {
      const message = `Api key with id: ${id}, already exists.`;
      await expectFailure(service.rollApiKeys(old.id, { ...BY, id }), "invalid_data", message);
    }
    expect(await current().table()).toEqual(before);
    expect(await service.authenticate(old.token)).toMatchObject({ id: old.id });
  });

  it.each([5, {}, ["apk_1"], "a\0b", "x".repeat(1025)])("changes nothing for the invalid id of case %#", async (id) => {
    const { service } = current();
    const old = await service.createApiKeys(SECRET);
    const before = await current().table();

    await expectFailure(service.rollApiKeys(old.id, { ...BY, id }), "invalid_data", /id/);
    expect(await current().table()).toEqual(before);
  });

  it("accepts only a generated id for the successor of a restricted key", async () => {
    const { service } = current();
    const old = await service.createApiKeys({ ...SECRET, scopes: ["products:read"] });

    await expectFailure(service.rollApiKeys(old.id, { ...BY, id: "apk_chosen" }), "invalid_data", /id/);
    const { created } = await service.rollApiKeys(old.id, { ...BY, id: ULID });
    expect(created).toMatchObject({ id: ULID, scopes: ["products:read"] });
  });
});
