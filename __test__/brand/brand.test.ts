// Tokens with a brand: their form, and what a wrong checksum costs.

import crypto from "node:crypto";
import { join } from "node:path";
import { describeOnEachDatabase } from "../support/databases";
import { expectFailure } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { lookUp, openLeased, warm } from "../support/leased";
import { openService } from "../support/ours";
import { PUBLISHABLE, SECRET } from "../support/service";
import { ACME, intact, mistyped, OTHER } from "./tokens";

describeOurs(
  "The option token.brand",
  (current) => {
    it("gives new keys of both types tokens with the brand and a checksum (M19)", async () => {
      const { service } = current();
      const [secret, publishable] = await service.createApiKeys([SECRET, PUBLISHABLE]);
      const upserted = await service.upsertApiKeys(SECRET);
      const { created } = await service.rollApiKeys(secret.id, { revoked_by: "user_1" });

      for (const { token } of [secret, upserted, created]) expect(token).toMatch(/^sk_acme_[0-9A-Za-z]{49}$/);
      expect(publishable.token).toMatch(/^pk_acme_[0-9A-Za-z]{49}$/);
      expect([secret, publishable, upserted, created].filter(({ token }) => !intact(token))).toEqual([]);
      expect(await service.authenticate(created.token)).toMatchObject({ id: created.id });
      expect(await service.verify(upserted.token)).toMatchObject({ valid: true, key: { id: upserted.id } });
      expect(await lookUp(service, publishable.token)).toMatchObject([{ id: publishable.id }]);
    });

    it("shows of a token what stock shows (M19)", async () => {
      const { token, redacted } = await current().service.createApiKeys(SECRET);

      expect(redacted).toBe(`sk_acm***${token.slice(-3)}`);
    });

    it("takes the random bytes of a token from crypto.randomBytes (M19)", async () => {
      const random = jest
        .spyOn(crypto, "randomBytes")
        .mockImplementation(((size: number) => Buffer.alloc(size)) as never);
      const { token } = await current().service.createApiKeys({ ...SECRET, id: "apk_zeros" });
      const sizes = random.mock.calls.map(([size]) => size as number);
      random.mockRestore();

      expect(token.slice(0, -6)).toBe(`sk_acme_${"0".repeat(43)}`);
      expect(sizes).toEqual([32, 16, 10]);
    });

    it("makes revokeToken reject a mistyped token, which no key has (M17)", async () => {
      const { service } = current();
      const { id, token } = await service.createApiKeys(SECRET);

      const wrong = mistyped(token);
      await expectFailure(service.revokeToken(wrong, { revoked_by: "scanner" }), "invalid_data", /was copied wrong/);
      expect(await service.retrieveApiKey(id)).toMatchObject({ revoked_at: null });
      const ofOther = wrong.replace("acme", "other");
      expect(await service.revokeToken(ofOther, { revoked_by: "scanner" })).toBeUndefined();
      expect(await service.revokeToken(token, { revoked_by: "scanner" })).toBeUndefined();
      expect(await service.retrieveApiKey(id)).toMatchObject({ revoked_by: "scanner" });
    });

    it("is the form of single-use tokens, too (M19)", async () => {
      const { service } = current();
      const { token } = await service.createApiKeys({ ...SECRET, purpose: "reset", expires_in: 60 });

      expect(await service.redeem(mistyped(token), { purpose: "reset" })).toEqual({ valid: false, reason: "unknown" });
      expect(await service.redeem(token, { purpose: "reset" })).toMatchObject({ valid: true });
    });
  },
  { hashing: "sha256", token: { brand: "acme" } },
);

describeOnEachDatabase("A token of the brand with a wrong checksum", (kind) => {
  let database: Awaited<ReturnType<typeof kind.create>>;

  beforeEach(async () => {
    database = await kind.create();
  });
  afterEach(() => database.drop());

  const unreachable = () =>
    kind.name === "sqlite" ? `sqlite:${join(__dirname, "missing", "keys.db")}` : "postgres://user@127.0.0.1:1/none";

  it("is refused by each method even if the database cannot be read (M19)", async () => {
    const service = openService(unreachable(), ACME);
    const [secret, publishable] = [`sk_acme_${"0".repeat(49)}`, `pk_acme_${"0".repeat(49)}`];

    expect(await service.authenticate(secret)).toBe(false);
    expect(await service.verify(secret, { scopes: ["a:b"] })).toEqual({ valid: false, reason: "unknown" });
    expect(await service.redeem(secret, { purpose: "reset" })).toEqual({ valid: false, reason: "unknown" });
    expect(await lookUp(service, publishable)).toEqual([]);
    // The same characters of another brand, and of another length, are read.
    for (const token of [secret.replace("acme", "acm"), `${secret}0`, secret.slice(0, -1)]) {
      await expectFailure(service.authenticate(token), "database_error", /databaseUrl/);
    }
    await service.close();
  });

  it("causes no read, no derivation and no use while the lease is held (M19)", async () => {
    const service = await openLeased(database.url, ACME);
    const [{ token }, publishable] = await service.createApiKeys([SECRET, PUBLISHABLE]);
    await warm(service, () => service.authenticate(token));
    await warm(service, () => lookUp(service, publishable.token));
    const before = await service.status();
    for (let call = 0; call < 5; call++) {
      expect(await service.authenticate(mistyped(token))).toBe(false);
      expect(await service.verify(mistyped(token))).toEqual({ valid: false, reason: "unknown" });
      expect(await lookUp(service, mistyped(publishable.token))).toEqual([]);
    }
    const after = await service.status();

    expect(after.readBatcher?.calls).toBe(before.readBatcher?.calls);
    expect([after.hashing.done, after.memory.hits]).toEqual([before.hashing.done, before.memory.hits]);
    expect(await service.authenticate(token)).toMatchObject({ token: "" });
    await service.close();
  });

  it("causes no read without maxStaleness, unlike a right one (M19)", async () => {
    const service = openService(database.url, ACME);
    const { token } = await service.createApiKeys(SECRET);
    await service.authenticate(token);
    const calls = async () => (await service.status()).readBatcher?.calls ?? 0;
    const before = await calls();
    for (let call = 0; call < 5; call++) await service.authenticate(mistyped(token));
    const unread = await calls();
    await service.authenticate(token);

    expect([unread - before, (await calls()) - unread]).toEqual(kind.name === "sqlite" ? [0, 0] : [0, 1]);
    await service.close();
  });
});

describeOnEachDatabase("Keys of every form of token", (kind) => {
  it("stay valid while the brand is switched on, changed and switched off (M19)", async () => {
    const database = await kind.create();
    const known: { id: string; token: string }[] = [];
    for (const options of [{}, ACME, OTHER, {}, ACME]) {
      const service = openService(database.url, { ...options, hashing: "sha256" });
      known.push(...(await service.createApiKeys([SECRET, SECRET])));
      const [publishable] = await service.createApiKeys([PUBLISHABLE]);
      for (const { id, token } of known) expect(await service.authenticate(token)).toMatchObject({ id });
      expect(await lookUp(service, publishable.token)).toMatchObject([{ id: publishable.id }]);
      await service.close();
    }

    expect(known.map(({ token }) => token.split("_").slice(0, -1).join("_"))).toEqual(
      ["sk", "sk_acme", "sk_other", "sk", "sk_acme"].flatMap((form) => [form, form]),
    );
    await database.drop();
  });
});
