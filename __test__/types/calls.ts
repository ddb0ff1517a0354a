// Compiled, never run: passes as long as `tsc` accepts it. The public types accept what works and reject what does not.

import type {
  ApiKey,
  ApiKeyFilters,
  ApiKeyModuleService,
  DeclaredApiKey,
  DeclaredApiKeyState,
  Redemption,
  RedemptionRefusal,
  RolledApiKey,
} from "../../index";

export async function accepted(service: ApiKeyModuleService): Promise<void> {
  const one: ApiKey = await service.createApiKeys({ title: "CI", type: "secret", created_by: "u", expires_in: 60 });
  const many: ApiKey[] = await service.create([{ title: "CI", type: "publishable", created_by: "u" }]);
  const revoked: ApiKey = await service.revoke(one.id);
  const matched: ApiKey[] = await service.revoke({ id: many.map((key) => key.id) }, { revoked_by: "u", revoke_in: 60 });
  const { created }: RolledApiKey = await service.rollApiKeys(revoked.id, { revoked_by: "u" });
  const [declared] = await service.ensureApiKeys(
    [{ title: "CI", type: "secret", created_by: "u", token: "sk_1", scopes: ["a:read"] }],
    { update: true },
  );
  const imported: DeclaredApiKey = await service.importApiKeys({ title: "Old", created_by: "u", sha256: "00" });
  const states: (DeclaredApiKeyState | undefined)[] = [declared?.state, imported.state];
  const redeemed: Redemption = await service.redeem(states.join(), { purpose: "password-reset" });
  const reason: RedemptionRefusal | ApiKey = redeemed.valid ? redeemed.key : redeemed.reason;
  console.log(reason);
  const filters: ApiKeyFilters = { title: created.title, id: created.id };
  const updated: ApiKey[] = await service.updateApiKeys(filters, { title: "CI" });
  await service.softDeleteApiKeys([created.id, { title: /old/ }], { returnLinkableKeys: ["api_key_id"] });
  await service.restoreApiKeys(updated.map((key) => key.id));
  await service.deleteApiKeys(matched.map((key) => key.id));
  const key = await service.authenticate(created.token);
  if (key) {
    const title: string = key.title;
    await service.updateApiKeys(key.id, { title });
  }
}

export async function createdWith(service: ApiKeyModuleService): Promise<void> {
  const required = { title: "CI", type: "secret", created_by: "u" } as const;
  const imported: ApiKey = await service.createApiKeys({
    ...required,
    id: "apk_1",
    revoked_at: "2030-01-01T00:00:00Z",
    revoked_by: "u",
    last_used_at: null,
    created_at: new Date(),
    updated_at: Date.now(),
    deleted_at: null,
  });
  const upserted: ApiKey = await service.upsertApiKeys({ ...required, created_at: imported.created_at });
  await service.upsertApiKeys([{ id: upserted.id, title: "CI" }, required]);
  // @ts-expect-error: created_by is missing
  await service.createApiKeys({ title: "CI", type: "secret" });
  // @ts-expect-error: no such type
  await service.createApiKeys({ title: "CI", type: "private", created_by: "u" });
  // @ts-expect-error: tokens are generated
  await service.createApiKeys({ ...required, token: "sk_1" });
  // @ts-expect-error: a time is not a boolean
  await service.createApiKeys({ ...required, created_at: true });
  // @ts-expect-error: neither an id nor what a new key needs
  await service.upsertApiKeys({ title: "CI" });
  // @ts-expect-error: an existing key needs a title
  await service.upsertApiKeys({ id: "apk_1" });
}

export async function changedWith(service: ApiKeyModuleService): Promise<void> {
  // @ts-expect-error: the title is missing
  await service.updateApiKeys("apk_1", {});
  // @ts-expect-error: the title is missing
  await service.updateApiKeys({ type: "secret" }, {});
  // @ts-expect-error: the title is missing
  await service.updateApiKeys({ id: ["apk_1"] }, {});
  // @ts-expect-error: seconds are a number
  await service.revoke("apk_1", { revoked_by: "u", revoke_in: "60" });
  // @ts-expect-error: a selector needs data
  await service.revoke({ id: "apk_1" });
  // @ts-expect-error: authenticate may return false
  const key: ApiKey = await service.authenticate("sk_1");
  return void key;
}

export async function wholeKeys(service: ApiKeyModuleService, whole: ApiKey): Promise<void> {
  // @ts-expect-error: a whole key is not a selector
  await service.revoke(whole, { revoked_by: "u" });
  // @ts-expect-error: a whole key is not a selector
  await service.updateApiKeys(whole, { title: "CI" });
  // @ts-expect-error: a whole key is not a selector
  await service.softDeleteApiKeys([whole]);
  // @ts-expect-error: a whole key is not a selector
  await service.restoreApiKeys(whole);
  // @ts-expect-error: a declared key has a token
  await service.ensureApiKeys({ title: "CI", type: "secret", created_by: "u" });
  // @ts-expect-error: a declared key has no purpose
  await service.ensureApiKeys({ title: "CI", type: "secret", created_by: "u", token: "sk_1", purpose: "x" });
  // @ts-expect-error: an imported key is a secret key
  await service.importApiKeys({ title: "Old", created_by: "u", sha256: "00", type: "publishable" });
  // @ts-expect-error: a redemption has a purpose
  await service.redeem("sk_1", {});
  // @ts-expect-error: a whole key is not an id
  await service.rollApiKeys(whole, { revoked_by: "u" });
}
