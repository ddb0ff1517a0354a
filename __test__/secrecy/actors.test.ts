// Secret tokens where callers name who acts, or choose the id of a new key.

import { createHash, randomBytes } from "node:crypto";
import { failureOf, rejectsUnchanged } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { type OurService, PUBLISHABLE, SECRET, untyped } from "../support/service";

type Call = (service: OurService, secret: string) => Promise<unknown>;

const sha256 = createHash("sha256").update("another").digest("hex");
const declared = { title: "Declared", type: "secret" as const };
const freshToken = () => `sk_${randomBytes(32).toString("hex")}`;

const CALLS: [string, RegExp, Call][] = [
  ["created_by of createApiKeys", /created_by/, (service, by) => service.createApiKeys({ ...SECRET, created_by: by })],
  [
    "created_by of one of several new keys",
    /created_by/,
    (service, by) => service.createApiKeys([PUBLISHABLE, { ...PUBLISHABLE, created_by: by }]),
  ],
  [
    "revoked_by of createApiKeys",
    /revoked_by/,
    (service, by) => service.createApiKeys({ ...PUBLISHABLE, revoked_by: by }),
  ],
  [
    "the owner's id of createApiKeys",
    /owner\.id/,
    (service, by) => service.createApiKeys({ ...SECRET, owner: { type: "user", id: by } }),
  ],
  [
    "the owner's id of updateApiKeys",
    /owner\.id/,
    (service, by) => service.updateApiKeys("apk_live", { owner: { type: "user", id: by } }),
  ],
  ["created_by of upsertApiKeys", /created_by/, (service, by) => service.upsertApiKeys({ ...SECRET, created_by: by })],
  [
    "created_by of ensureApiKeys",
    /created_by/,
    (service, by) => service.ensureApiKeys([{ ...declared, token: freshToken(), created_by: by }]),
  ],
  [
    "created_by of importApiKeys",
    /created_by/,
    (service, by) => service.importApiKeys([{ title: "Imported", sha256, created_by: by }]),
  ],
  [
    "revoked_by of importApiKeys",
    /revoked_by/,
    (service, by) => service.importApiKeys([{ title: "Imported", sha256, created_by: "user_1", revoked_by: by }]),
  ],
  [
    "created_by of rollApiKeys",
    /created_by/,
    (service, by) => service.rollApiKeys("apk_live", { revoked_by: "user_1", created_by: by }),
  ],
  ["revoked_by of rollApiKeys", /revoked_by/, (service, by) => service.rollApiKeys("apk_live", { revoked_by: by })],
  ["revoked_by of revoke", /revoked_by/, (service, by) => service.revoke("apk_live", { revoked_by: by })],
  [
    "revoked_by of revoke by a selector",
    /revoked_by/,
    (service, by) => service.revoke({ id: "apk_live" }, { revoked_by: by, revoke_in: 60 }),
  ],
  [
    "revoked_by of a cascade",
    /revoked_by/,
    (service, by) => service.revoke("apk_live", { revoked_by: by, cascade: true }),
  ],
  ["revoked_by of revokeToken", /revoked_by/, (service, by) => service.revokeToken(freshToken(), { revoked_by: by })],
  [
    "revoked_by of redeem",
    /revoked_by/,
    (service, by) => service.redeem(freshToken(), { purpose: "reset", revoked_by: by }),
  ],
  ["the id of createApiKeys", /ApiKey\.id/, (service, id) => service.createApiKeys({ ...PUBLISHABLE, id })],
  [
    "the id of rollApiKeys",
    /ApiKey\.id/,
    (service, id) => service.rollApiKeys("apk_live", { revoked_by: "user_1", id }),
  ],
];

describeOurs("A secret token that names who acts", (current) => {
  const service = () => current().service;
  const unchanged = rejectsUnchanged(current);

  beforeEach(() => service().createApiKeys({ ...SECRET, id: "apk_live" }));

  it.each(CALLS)("is rejected without repeating it: %s (M23)", async (_, member, call) => {
    const { token } = await service().createApiKeys(SECRET);
    const branded = `sk_acme_${randomBytes(64).toString("hex").slice(0, 49)}`;
    const short = token.slice(0, 35);
    for (const secret of [token, `Bearer ${token}`, branded, short, "sk_6f1c2b9e-3d47-4a58-9b0e-7c51d2f8a394"]) {
      await unchanged(() => call(service(), secret), member);
      const { message, stack } = await failureOf(call(service(), secret));
      expect(`${message} ${stack}`).not.toContain(secret.slice(-20));
    }
  });

  it("is rejected in every form if the call itself brought it (M23)", async () => {
    const token = "sk_weak";
    const imported = "re_1";
    await unchanged(
      () => service().ensureApiKeys([{ ...declared, token, created_by: token }], { allowWeak: true }),
      /created_by/,
    );
    await unchanged(() => service().redeem(imported, { purpose: "reset", revoked_by: imported }), /revoked_by/);
    await unchanged(() => service().revokeToken(imported, { revoked_by: imported }), /revoked_by/);
  });

  it.each([
    "user_1",
    "user_01JQ8Z7X9W2V4T6R8P0N2M4K6H",
    "sk_01JQ8Z7X9W2V4T6R8P0N2M4K6H",
    "admin@example.com",
    "task_6f1c2b9e3d474a589b0e7c51d2f8a3946f1c2b9e3d474a589b0e7c51d2f8a394",
    "disk_6f1c2b9e3d474a589b0e7c51d2f8a394",
    "sk_123***abc",
    `pk_${"0f".repeat(32)}`,
  ])("leaves names that are none as they are: %s (M23)", async (actor) => {
    const key = await service().createApiKeys({ ...SECRET, created_by: actor, owner: { type: "user", id: actor } });
    await service().revoke(key.id, { revoked_by: actor });
    expect(await service().retrieveApiKey(key.id)).toMatchObject({
      created_by: actor,
      revoked_by: actor,
      owner: { id: actor },
    });
  });

  it.each(["task_6f1c2b9e3d474a589b0e7c51d2f8a394", "sk_01JQ8Z7X9W2V4T6R8P0N2M4K6H"])(
    "is not seen in a name by which keys are found and ended: %s (M23)",
    async (name) => {
      const data = { ...SECRET, created_by: name, owner: { type: "user", id: name } };
      const keys = await service().createApiKeys([{ ...data, id: name }, data, data]);
      const [first, second, third] = keys.map(({ id }) => id);
      const live = async (filter: object) =>
        (await service().listApiKeys({ ...filter, revoked_at: null })).map(({ id }) => id);
      expect(await live({ created_by: { $ne: name } })).toEqual(["apk_live"]);
      expect(await live({ owner: { type: "user", id: name } })).toHaveLength(3);

      await service().revoke(name, { revoked_by: "user_1" });
      expect((await live({ created_by: name })).sort()).toEqual([second, third].sort());
      await service().revoke({ created_by: name, id: { $ne: first } }, { revoked_by: name });
      expect(await live({})).toEqual(["apk_live"]);
    },
  );

  it("is not looked for where nothing is stored (M23)", async () => {
    const secret = freshToken();
    const updated = await service().updateApiKeys("apk_live", untyped({ title: "New", created_by: secret }));
    expect(JSON.stringify(updated)).not.toContain(secret);
    expect(await service().listApiKeys({ created_by: secret })).toEqual([]);
  });
});
