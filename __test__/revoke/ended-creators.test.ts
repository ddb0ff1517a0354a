// A key that has ended creates no keys, on any path.

import { createHash, randomBytes } from "node:crypto";
import { expectFailure } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { type OurService, PUBLISHABLE, SECRET } from "../support/service";

const hex = () => randomBytes(32).toString("hex");
const sha256 = () => createHash("sha256").update(hex()).digest("hex");

/** Every method that writes a `created_by`. */
const PATHS: [string, (service: OurService, created_by: string) => Promise<unknown>][] = [
  ["createApiKeys of a secret key", (service, created_by) => service.createApiKeys({ ...SECRET, created_by })],
  [
    "createApiKeys of a publishable key",
    (service, created_by) => service.createApiKeys({ ...PUBLISHABLE, created_by }),
  ],
  [
    "createApiKeys of a batch",
    (service, created_by) => service.createApiKeys([SECRET, { ...PUBLISHABLE, created_by }]),
  ],
  [
    "createApiKeys of a single-use key",
    (service, created_by) =>
      service.createApiKeys({ ...SECRET, created_by, purpose: "reset", owner: { type: "customer", id: "cus_1" } }),
  ],
  ["create", (service, created_by) => service.create({ ...SECRET, created_by })],
  ["upsertApiKeys", (service, created_by) => service.upsertApiKeys([{ ...SECRET, created_by }])],
  ["ensureApiKeys", (service, created_by) => service.ensureApiKeys({ ...SECRET, created_by, token: `sk_${hex()}` })],
  [
    "ensureApiKeys of a publishable key",
    (service, created_by) => service.ensureApiKeys({ ...PUBLISHABLE, created_by, token: `pk_${hex()}` }),
  ],
  ["importApiKeys", (service, created_by) => service.importApiKeys({ title: "Old", created_by, sha256: sha256() })],
  [
    "rollApiKeys with created_by",
    async (service, created_by) => service.rollApiKeys("key-plain", { revoked_by: "user_1", created_by }),
  ],
  [
    "rollApiKeys with revoked_by",
    (service, created_by) => service.rollApiKeys("key-plain", { revoked_by: created_by }),
  ],
];

/** The ways in which a key ends, by the members that it is created with or the call that ends it. */
const ENDS: [string, object, (service: OurService, id: string) => Promise<unknown>][] = [
  ["revoked", {}, (service, id) => service.revoke(id, { revoked_by: "user_1" })],
  ["expired", { revoked_at: new Date("2020-01-01"), revoked_by: "user_1" }, async () => undefined],
  ["ended by a cascade", {}, (service, id) => service.revoke(id, { revoked_by: "user_1", cascade: true })],
];

describeOurs(
  "A key that has ended",
  (current) => {
    const service = () => current().service;

    describe.each([
      ["a generated id", {}],
      ["a chosen id", { id: "key-root" }],
    ])("with %s", (_, chosen) => {
      it.each(ENDS)("creates no key on any path once it is %s (M16)", async (_end, members, end) => {
        await service().createApiKeys({ ...SECRET, id: "key-plain" });
        const { id } = await service().createApiKeys({ ...SECRET, ...chosen, ...members });
        await end(service(), id);
        const before = await current().table();
        for (const [, create] of PATHS) {
          await expectFailure(
            create(service(), id),
            "not_allowed",
            /has ended, so it can neither create nor roll keys/,
          );
        }
        expect(await current().table()).toEqual(before);
      });
    });

    it.each(PATHS)("does not affect %s by a live key, a user, or a key that ends later", async (_, create) => {
      const later = { ...SECRET, revoked_at: new Date("2999-01-01") };
      const [live, ends] = await service().createApiKeys([SECRET, later]);
      for (const created_by of [live.id, ends.id, "user_1", "", "apk_short"]) {
        if (created_by === "" && /roll/.test(_)) continue;
        await current().sql("DELETE FROM api_key WHERE id = 'key-plain'");
        await service().createApiKeys({ ...SECRET, id: "key-plain" });
        await create(service(), created_by);
      }
    });

    it("is still named as the creator of the successor when another key of its own is rolled", async () => {
      const root = await service().createApiKeys(SECRET);
      const child = await service().createApiKeys({ ...SECRET, created_by: root.id });
      await service().revoke(root.id, { revoked_by: "user_1" });

      const { created } = await service().rollApiKeys(child.id, { revoked_by: "user_1" });
      expect(created.created_by).toBe(root.id);
    });
  },
  { hashing: "sha256" },
);
