// Events about keys on diagnostics channels.

import { inspect } from "node:util";
import type { ApiKeyActivity } from "../../index.js";
import { describeOnEachDatabase } from "../support/databases";
import { failureOf } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { openLeased, warm } from "../support/leased";
import { PUBLISHABLE, SECRET, untyped } from "../support/service";
import { ActivityListener } from "./listener";

/** The members that say what happened, without those that are null. */
const essence = (activities: readonly ApiKeyActivity[]) =>
  activities.map(({ at: _at, durationMs: _durationMs, endsAt: _endsAt, ...others }) =>
    Object.fromEntries(Object.entries(others).filter(([, value]) => value !== null)),
  );

describeOurs(
  "Events about keys",
  (current) => {
    let listener: ActivityListener;

    beforeEach(() => {
      listener = new ActivityListener();
    });
    afterEach(() => listener.stop());

    it("are published for each key that a call creates (M20)", async () => {
      const { service } = current();
      const [secret, publishable] = await service.createApiKeys([SECRET, PUBLISHABLE]);
      const created = (keyId: string, keyType: string, method: string) => ({
        ...{ name: "key.created", outcome: "created", actor: "user_1" },
        ...{ keyId, keyType, method },
      });
      expect(essence(listener.take())).toEqual([
        created(secret.id, "secret", "createApiKeys"),
        created(publishable.id, "publishable", "createApiKeys"),
      ]);

      const [upserted] = await service.upsertApiKeys([SECRET, { id: secret.id, title: "New" }]);
      expect(essence(listener.take())).toEqual([created(upserted.id, "secret", "upsertApiKeys")]);

      const token = `sk_${"0123456789abcdef".repeat(2)}${secret.token.slice(3, 35)}`;
      const { key } = await service.ensureApiKeys({ ...SECRET, token });
      await service.ensureApiKeys({ ...SECRET, token });
      expect(essence(listener.take())).toEqual([created(key.id, "secret", "ensureApiKeys")]);

      const imported = await service.importApiKeys({ title: "Old", created_by: "user_1", sha256: "0f".repeat(32) });
      expect(essence(listener.take())).toEqual([created(imported.key.id, "secret", "importApiKeys")]);
    });

    it("are published for each key that a call ends, with the time of the end (M20)", async () => {
      const { service } = current();
      const keys = await service.createApiKeys([SECRET, SECRET]);
      const ids = keys.map(({ id }) => id).sort();
      listener.take();
      await service.revoke({ id: ids }, { revoked_by: "user_2", revoke_in: 60 });
      const activities = listener.take();

      expect(essence(activities)).toEqual(
        ids.map((keyId) => ({
          ...{ name: "key.revoked", outcome: "revoked", method: "revoke", keyType: "secret", actor: "user_2" },
          keyId,
        })),
      );
      for (const { at, endsAt } of activities) {
        expect(Math.abs(Number(endsAt) - Number(at) - 60_000)).toBeLessThan(1_000);
      }
    });

    it("are published once for a roll, with both keys (M20)", async () => {
      const { service } = current();
      const { id } = await service.createApiKeys(SECRET);
      listener.take();
      const { revoked, created } = await service.rollApiKeys(id, { revoked_by: "user_2" });
      const activities = listener.take();

      expect(essence(activities)).toEqual([
        {
          ...{ name: "key.rolled", outcome: "rolled", method: "rollApiKeys", actor: "user_2", keyType: "secret" },
          ...{ keyId: id, successorId: created.id },
        },
      ]);
      expect(activities[0]?.endsAt).toEqual(revoked.revoked_at);
    });

    it("name the older keys that a new single-use key ends (M20)", async () => {
      const { service } = current();
      const single = { ...SECRET, purpose: "reset", owner: { type: "customer", id: "cus_1" } };
      const older = await service.createApiKeys(single);
      listener.take();
      const newer = await service.createApiKeys(single);

      expect(essence(listener.take())).toMatchObject([
        { name: "key.created", keyId: newer.id },
        { name: "key.revoked", keyId: older.id, method: "createApiKeys", actor: "user_1" },
      ]);
    });

    it("are published for each use, with the reason of a refusal (M20)", async () => {
      const { service } = current();
      const [live, revoked, expired, scoped] = await service.createApiKeys([
        SECRET,
        SECRET,
        { ...SECRET, revoked_at: new Date(1_000_000_000_000) },
        { ...SECRET, scopes: ["products:read"] },
      ]);
      await service.revoke(revoked.id, { revoked_by: "user_1" });
      listener.take();
      const refused = (method: string, reason: string, keyId?: string) => ({
        ...{ name: "key.refused", outcome: "refused", method, reason },
        ...(keyId !== undefined && { keyId, keyType: "secret" }),
      });
      const verified = (method: string, keyId: string) => ({
        ...{ name: "key.verified", outcome: "verified", method, keyId, keyType: "secret" },
      });
      for (const [token, method, expected] of [
        [live.token, "authenticate", verified("authenticate", live.id)],
        [live.token, "verify", verified("verify", live.id)],
        [revoked.token, "authenticate", refused("authenticate", "revoked", revoked.id)],
        [revoked.token, "verify", refused("verify", "revoked", revoked.id)],
        [expired.token, "authenticate", refused("authenticate", "expired", expired.id)],
        [scoped.token, "authenticate", refused("authenticate", "restricted", scoped.id)],
        [scoped.token, "verify", verified("verify", scoped.id)],
        [`sk_${"0".repeat(64)}`, "authenticate", refused("authenticate", "unknown")],
        [`sk_${"0".repeat(64)}`, "verify", refused("verify", "unknown")],
        [untyped(5), "authenticate", refused("authenticate", "unknown")],
        [untyped(5), "verify", refused("verify", "unknown")],
      ] as const) {
        await (method === "verify" ? service.verify(token) : service.authenticate(token));
        expect(essence(listener.take())).toEqual([expected]);
      }
    });

    it("are published for a redemption, its refusal and the end of its key (M20)", async () => {
      const { service } = current();
      const { id, token } = await service.createApiKeys({ ...SECRET, purpose: "reset" });
      listener.take();
      await service.redeem(token, { purpose: "other" });
      await service.redeem(token, { purpose: "reset", revoked_by: "cus_1" });
      await service.redeem(token, { purpose: "reset" });

      expect(essence(listener.take())).toEqual([
        {
          ...{ name: "key.refused", outcome: "refused", method: "redeem", reason: "wrong_purpose" },
          ...{ keyId: id, keyType: "secret" },
        },
        { name: "key.verified", outcome: "verified", method: "redeem", keyId: id, keyType: "secret" },
        {
          ...{ name: "key.revoked", outcome: "revoked", method: "redeem" },
          keyId: id,
          keyType: "secret",
          actor: "cus_1",
        },
        {
          ...{ name: "key.refused", outcome: "refused", method: "redeem", reason: "revoked" },
          ...{ keyId: id, keyType: "secret" },
        },
      ]);
    });

    it("are not published for a change that fails or changes nothing (M20)", async () => {
      const { service } = current();
      const { id } = await service.createApiKeys(SECRET);
      await service.revoke(id, { revoked_by: "user_1", revoke_in: 600 });
      listener.take();
      await failureOf(service.createApiKeys([SECRET, untyped({ title: 5 })]));
      await failureOf(service.revoke("apk_none", { revoked_by: "user_1" }));
      await failureOf(service.rollApiKeys(id, { revoked_by: "user_1" }));
      await service.updateApiKeys(id, { title: "New" });
      await service.revoke({ id: "apk_none" }, { revoked_by: "user_1" });

      expect(listener.take()).toEqual([]);
    });

    it("are published for a demand or data whose getter throws (M20)", async () => {
      const { service } = current();
      const { token } = await service.createApiKeys({ ...SECRET, scopes: ["products:read"] });
      await service.verify(token);
      const error = Object.assign(new Error("thrown"), { type: "of the caller" });
      const thrower = () => {
        throw error;
      };
      const throwing = (name: string) => Object.defineProperty(bare(), name, { get: thrower, enumerable: true });
      // Without a prototype, the cache reads it, too: that of a test is of another realm.
      const bare = (members: object = {}) => Object.assign(Object.create(null), members);
      const calls: [string, (token: string) => Promise<unknown>][] = [
        ...["scopes", "ip", "owner_type", "other"].map(throwing),
        ...["getPrototypeOf", "ownKeys", "get"].map((trap) => new Proxy(bare({ scopes: [] }), { [trap]: thrower })),
        bare({ scopes: Object.defineProperty(["products:read"], 0, { get: thrower }) }),
      ].map((demand) => ["verify", (given) => service.verify(given, demand)]);
      calls.push(["redeem", (given) => service.redeem(given, throwing("purpose"))]);
      listener.take();
      for (const [method, call] of calls) {
        for (const given of [token, `sk_${"0".repeat(64)}`, untyped(5)]) {
          await expect(call(given)).rejects.toBe(error);
          expect(essence(listener.take())).toEqual([
            { name: "key.refused", outcome: "failed", method, reason: "unexpected_state" },
          ]);
        }
      }
      expect(await service.verify(token)).toMatchObject({ valid: true });
    });

    it("contain no token, no hash and no redacted form (M20)", async () => {
      const { service } = current();
      const { id, token, redacted } = await service.createApiKeys(SECRET);
      await service.authenticate(token);
      await service.revoke(id, { revoked_by: "user_1" });
      await service.verify(token);
      const [row] = await current().table();
      const activities = listener.take();
      const text = inspect(activities, { depth: null, showHidden: true, getters: true });

      expect(activities).toHaveLength(4);
      for (const secret of [token.slice(3), redacted, row?.token, row?.salt, row?.token_digest]) {
        expect(text).not.toContain(String(secret).replace("!", ""));
      }
    });

    it("have the caller's time and the duration of the call (M20)", async () => {
      jest.useFakeTimers({ now: Date.UTC(2030, 0, 1), doNotFake: ["nextTick", "setImmediate", "performance"] });
      await current().service.createApiKeys(SECRET);
      jest.useRealTimers();
      const [activity] = listener.take();

      expect(activity?.at).toEqual(new Date(Date.UTC(2030, 0, 1)));
      expect(activity?.durationMs).toBeGreaterThan(0);
      expect(activity?.durationMs).toBeLessThan(10_000);
    });
  },
  { hashing: "sha256" },
);

describeOnEachDatabase("Events about keys from memory", (kind) => {
  it("name the key, also of a refusal (M20)", async () => {
    const database = await kind.create();
    const service = await openLeased(database.url, { hashing: "sha256" });
    const { id, token } = await service.createApiKeys({ ...SECRET, scopes: ["products:read"] });
    await warm(service, () => service.verify(token));
    const listener = new ActivityListener();
    const hits = async () => (await service.status()).memory.hits;
    const before = await hits();
    await service.verify(token, { scopes: ["products:read"] });
    await service.verify(token, { scopes: ["orders:read"] });
    const answered = (await hits()) - before;
    listener.stop();

    expect(essence(listener.take())).toEqual([
      { name: "key.verified", outcome: "verified", method: "verify", keyId: id, keyType: "secret" },
      {
        ...{ name: "key.refused", outcome: "refused", method: "verify", reason: "insufficient_scope" },
        ...{ keyId: id, keyType: "secret" },
      },
    ]);
    expect(answered).toBe(2);
    await service.close();
    await database.drop();
  });
});
