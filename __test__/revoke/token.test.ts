// The end of a key by its leaked token.

import { createHash, randomBytes } from "node:crypto";
import { expectFailure, rejectsUnchanged } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { startOurs } from "../support/ours";
import { createPostgresDatabase } from "../support/postgres";
import { PUBLISHABLE, SECRET, untyped } from "../support/service";
import { startStock } from "../support/stock";
import { stopClock } from "../support/time";

const NOW = new Date("2030-06-07T06:07:08.009Z");
const BY = { revoked_by: "scanner" };
const unknownToken = () => `sk_${randomBytes(32).toString("hex")}`;

describeOurs(
  "revokeToken",
  (current) => {
    const service = () => current().service;
    const unchanged = rejectsUnchanged(current);
    const published = () => current().emitted.flatMap(({ messages }) => messages as { name: string; data: object }[]);

    afterEach(() => jest.useRealTimers());

    it.each<[string, object]>([
      ["a plain key", {}],
      ["a restricted key", { scopes: ["products:read"], allowed_ips: ["10.0.0.1"] }],
      ["a single-use key", { purpose: "password-reset", owner: { type: "customer", id: "cus_1" } }],
      ["a key that ends later", { expires_in: 3600 }],
      ["a soft-deleted key", { deleted_at: NOW }],
    ])("ends %s at once (M17)", async (_, members) => {
      stopClock(NOW);
      const { id, token } = await service().createApiKeys({ ...SECRET, ...members });
      current().emitted.length = 0;

      expect(await service().revokeToken(token, BY)).toBeUndefined();
      const [key] = await service().listApiKeys({ id }, { withDeleted: true });
      expect(key).toMatchObject({ ...BY, revoked_at: NOW });
      expect(await service().authenticate(token)).toBe(false);
      expect((await service().verify(token, { scopes: [], ip: "10.0.0.1" })).valid).toBe(false);
      expect(published()).toMatchObject([{ name: "api_key.api-key.updated", data: { id } }]);
    });

    it("returns the same for an unknown token, an ended key and a live key, and changes only the live one", async () => {
      const [live, ended, expired] = await service().createApiKeys([SECRET, SECRET, { ...SECRET, expires_in: 0 }]);
      await service().revoke(ended.id, { revoked_by: "user_1" });
      const shown = () => service().listApiKeys({}, { withDeleted: true });
      const before = await shown();
      current().emitted.length = 0;

      for (const token of [unknownToken(), ended.token, expired.token]) {
        expect(await service().revokeToken(token, BY)).toBeUndefined();
      }
      expect(await shown()).toEqual(before);
      expect(published()).toEqual([]);
      expect(await service().revokeToken(live.token, BY)).toBeUndefined();
      expect(await service().retrieveApiKey(live.id)).toMatchObject(BY);
    });

    it("does not end a key of which only the redacted form matches", async () => {
      const { id, token } = await service().createApiKeys(SECRET);
      await current().sql("UPDATE api_key SET token_digest = NULL WHERE id = ?", [id]);
      await service().revokeToken(`${token.slice(0, 6)}${"0".repeat(58)}${token.slice(-3)}`, BY);
      expect(await service().retrieveApiKey(id)).toMatchObject({ revoked_at: null });
      await service().revokeToken(token, BY);
      expect(await service().retrieveApiKey(id)).toMatchObject(BY);
    });

    it.each(["$hmac-sha256$k=other$", "$unknown$"])(
      "rejects a token whose hash it cannot verify: %s",
      async (scheme) => {
        const { id, token } = await service().createApiKeys(SECRET);
        await current().sql("UPDATE api_key SET token = ? WHERE id = ?", [scheme + "0a".repeat(32), id]);
        const before = await current().table();
        await expectFailure(service().revokeToken(token, BY), "unexpected_state", /its hash cannot be verified/);
        expect(await current().table()).toEqual(before);
      },
    );

    it("rejects the token as the name of who revokes it, and changes nothing", async () => {
      const { token } = await service().createApiKeys(SECRET);
      await unchanged(() => service().revokeToken(token, { revoked_by: token }), /revoked_by is a secret token/);
    });

    it("ends what the key created with cascade, also if the key has ended", async () => {
      const root = await service().createApiKeys(SECRET);
      const child = await service().createApiKeys({ ...PUBLISHABLE, created_by: root.id });
      await service().revokeToken(root.token, BY);
      expect(await service().retrieveApiKey(child.id)).toMatchObject({ revoked_at: null });
      await service().revokeToken(root.token, { ...BY, cascade: true });
      expect(await service().retrieveApiKey(child.id)).toMatchObject(BY);
    });

    it("does not overlook a cascade that is inherited or not enumerable", async () => {
      const hidden = Object.defineProperty({ ...BY }, "cascade", { value: true, enumerable: false });
      const inherited = Object.assign(Object.create({ cascade: true }), BY);
      for (const data of [hidden, inherited]) {
        const root = await service().createApiKeys(SECRET);
        const child = await service().createApiKeys({ ...PUBLISHABLE, created_by: root.id });
        await service().revokeToken(root.token, data);
        expect(await service().retrieveApiKey(child.id)).toMatchObject(BY);
      }
    });

    it("ends a token that ensureApiKeys or importApiKeys made known", async () => {
      const [declared, imported] = [unknownToken(), "re_7Qk2vXb9TzL4mWc8RyNd3HsGf6JpAe1UoBi5KxVt0"];
      await service().ensureApiKeys({ ...SECRET, token: declared });
      await service().importApiKeys({
        title: "Old",
        created_by: "x",
        sha256: createHash("sha256").update(imported).digest("hex"),
      });
      for (const token of [declared, imported]) {
        expect(await service().authenticate(token)).not.toBe(false);
        await service().revokeToken(token, BY);
        expect(await service().authenticate(token)).toBe(false);
      }
    });

    it.each<[string, unknown, RegExp]>([
      ["a publishable token", `pk_${"0a".repeat(32)}`, /is publishable, and its key is found by it/],
      ["a redacted form", "sk_123***abc", /is the redacted form of a token/],
      ["the id of a key", "apk_01HZZZZZZZZZZZZZZZZZZZZZ01", /is the id of a key; pass it to revoke/],
      [
        "a token with a line break",
        `sk_${"0a".repeat(32)}\n`,
        /is no token: .* pass it without spaces and line breaks/,
      ],
      ["an empty string", "", /is no token/],
      ["a string that is too long", `sk_${"a".repeat(600)}`, /is no token/],
      ["a string that is not well-formed", "sk_\uD800", /is no token/],
      ["undefined", undefined, /takes the token as a string, 'undefined' found/],
      ["null", null, /takes the token as a string, 'null' found/],
      ["an object", { token: "sk_1" }, /takes the token as a string, 'object' found/],
    ])("rejects %s, names no token and changes nothing (M17)", async (_, token, message) => {
      await service().createApiKeys(SECRET);
      await unchanged(async () => service().revokeToken(untyped(token), BY), message);
    });

    it.each<[string, unknown, RegExp]>([
      ["missing data", undefined, /^You must provide a revoked_by field/],
      ["an empty revoked_by", { revoked_by: "" }, /^You must provide a revoked_by field/],
      ["revoke_in", { ...BY, revoke_in: 60 }, /unknown member "revoke_in" of the data of revokeToken/],
      ["a cascade of another type", { ...BY, cascade: 1 }, /^cascade must be true or false/],
    ])("rejects %s for any token and changes nothing", async (_, data, message) => {
      const { token } = await service().createApiKeys(SECRET);
      for (const given of [token, unknownToken()]) {
        await unchanged(() => service().revokeToken(given, untyped(data)), message);
      }
    });

    it("keeps the token out of its errors", async () => {
      const secret = `${"0a".repeat(32)}`;
      for (const token of [`pk_${secret}`, `sk_${secret} `]) {
        await expectFailure(service().revokeToken(token, BY), "invalid_data", /^(?!.*0a0a)/);
      }
    });
  },
  { hashing: "sha256" },
);

describe("[postgres] revokeToken on keys that stock created", () => {
  it("derives no hash for an unknown token, and ends the key of a known one", async () => {
    const database = await createPostgresDatabase();
    const stock = await startStock(database.url);
    const { id, token } = await stock.service.createApiKeys(SECRET);
    const ours = await startOurs(database.url);
    const derived = async () => (await ours.service.status()).hashing.done;
    await ours.service.revokeToken(unknownToken(), BY);
    expect(await derived()).toBe(0);
    await ours.service.revokeToken(token, BY);
    expect(await derived()).toBe(1);
    expect(await stock.service.authenticate(token)).toBe(false);
    expect(await stock.service.retrieveApiKey(id)).toMatchObject(BY);
    await ours.stop();
    await stock.stop();
    await database.drop();
  });
});
