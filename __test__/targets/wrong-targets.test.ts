// A whole key or a token where an id or a selector is expected.

import { expectFailure, failureOf } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { type ApiKey, PUBLISHABLE, SECRET, untyped } from "../support/service";

const BY = { revoked_by: "user_2" };
const WHOLE = "that is a whole key, not a selector; pass its id (key.id)";

describeOurs("A whole key as a target", (current) => {
  const service = () => current().service;
  const keys = async (): Promise<[string, ApiKey][]> => {
    const created = await service().createApiKeys(SECRET);
    const [listed] = await service().listApiKeys({ id: created.id });
    const authenticated = (await service().authenticate(created.token)) as ApiKey;
    const publishable = await service().createApiKeys(PUBLISHABLE);
    return [
      ["a created key", created],
      ["a listed key", listed as ApiKey],
      ["an authenticated key", authenticated],
      ["a publishable key", publishable],
    ];
  };

  it("is rejected by every write without a change (S21)", async () => {
    for (const [, key] of await keys()) {
      const before = await current().table();
      for (const call of [
        () => service().revoke(key, BY),
        () => service().revoke(key),
        () => service().updateApiKeys(key, { title: "New" }),
        () => service().softDeleteApiKeys(key),
        () => service().softDeleteApiKeys(["apk_nope", key]),
        () => service().restoreApiKeys(key),
        () => service().restoreApiKeys([key]),
        () => service().rollApiKeys(untyped(key), BY),
      ]) {
        await expectFailure(call(), "invalid_data", WHOLE);
      }
      await expectFailure(service().deleteApiKeys(untyped(key)), "invalid_data", /ids as strings/);
      expect(await current().table()).toEqual(before);
    }
  });

  it("is not assumed for a selector with operators on id and redacted (S21)", async () => {
    const { id, redacted } = await service().createApiKeys(SECRET);

    expect(await service().revoke({ id, redacted: { $eq: redacted } }, BY)).toMatchObject([{ id }]);
    expect(await service().updateApiKeys({ redacted }, { title: "New" })).toMatchObject([{ id }]);
  });
});

describeOurs("A token as an id", (current) => {
  const service = () => current().service;
  const HINT = "that looks like a token: pass the key's id (key.id)";

  it("is recognized by every method and not disclosed (S21)", async () => {
    const [{ token }, publishable] = await service().createApiKeys([SECRET, PUBLISHABLE]);
    const before = await current().table();

    for (const id of [token, publishable.token, "sk_live_51HabcdefGHIJKL"]) {
      for (const call of [
        () => service().revoke(id, BY),
        () => service().updateApiKeys(id, { title: "New" }),
        () => service().upsertApiKeys({ id, title: "New" }),
        () => service().rollApiKeys(id, BY),
        () => service().softDeleteApiKeys(id),
        () => service().softDeleteApiKeys([publishable.id, id]),
        () => service().restoreApiKeys([id]),
        () => service().deleteApiKeys(id),
      ]) {
        await expectFailure(call(), "not_found", `ApiKey with id "***" not found; ${HINT}`);
      }
      const failure = await failureOf(service().retrieveApiKey(id));
      expect(failure.message).toBe(`ApiKey with id: *** was not found; ${HINT}`);
    }
    expect(await current().table()).toEqual(before);
  });

  it("works when a key has that id (S21)", async () => {
    const id = "sk_0123456789abcdefghij";
    await service().createApiKeys({ ...SECRET, id });

    expect(await service().updateApiKeys(id, { title: "New" })).toMatchObject({ id, title: "New" });
    expect(await service().softDeleteApiKeys(id)).toMatchObject({ api_key_id: [id] });
    expect(await service().softDeleteApiKeys(id)).toEqual({});
    expect(await service().restoreApiKeys(id)).toMatchObject({ api_key_id: [id] });
    expect(await service().revoke(id, BY)).toMatchObject({ id });
    await service().deleteApiKeys(id);
    expect(await current().table()).toEqual([]);
  });

  it("is not suspected for an ordinary unknown id", async () => {
    const message = 'ApiKey with id "sk_short" not found';

    await expectFailure(service().revoke("sk_short", BY), "not_found", message);
    await service().deleteApiKeys("sk_short");
    expect(await service().softDeleteApiKeys("sk_short")).toEqual({});
  });
});
