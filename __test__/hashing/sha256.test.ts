// The scheme sha256: what it stores and accepts.

import { createHash, createHmac } from "node:crypto";
import { describeOurs, type Implementation, type Row } from "../support/implementations";
import { openService } from "../support/ours";
import { type OurService, SECRET } from "../support/service";
import { HASH_KEYS, insertRow, SECRETS, TOKEN } from "./hash-keys";

const BY = { revoked_by: "user_1" };

/** Hashes of TOKEN. They are in databases, so no version may change their form. */
const PINNED = {
  plain: "$sha256$c72f6d852a280f0e610550870afae5cb0619f1efe6dbfe9b0ef671aa5488f3c3",
  keyed: "$hmac-sha256$k=2026-11$4db41536571d294c16fcd8a19d9e1297580daf2ae51d69ee31bd95ba9b85374f",
};

const onlyRow = async (current: Implementation): Promise<Row> => {
  const rows = await current.table();
  expect(rows).toHaveLength(1);
  return rows[0] as Row;
};

/** The life of a key, whatever its scheme. */
async function expectLife(service: OurService): Promise<void> {
  const [key, other] = await service.createApiKeys([SECRET, SECRET]);
  expect(await service.authenticate(key.token)).toMatchObject({ id: key.id });
  expect(await service.authenticate(`${key.token.slice(0, 6)}${"0".repeat(58)}${key.token.slice(-3)}`)).toBe(false);
  const { created } = await service.rollApiKeys(key.id, BY);
  expect(await service.authenticate(key.token)).toBe(false);
  expect(await service.authenticate(created.token)).toMatchObject({ id: created.id });
  await service.revoke(created.id, BY);
  expect(await service.authenticate(created.token)).toBe(false);
  expect(await service.authenticate(other.token)).toMatchObject({ id: other.id });
  await service.softDeleteApiKeys(other.id);
  expect(await service.authenticate(other.token)).toBe(false);
  await service.restoreApiKeys(other.id);
  expect(await service.authenticate(other.token)).toMatchObject({ id: other.id });
}

describeOurs(
  "With hashing: sha256 and no hashKeys",
  (current) => {
    it("a creation stores the SHA-256 of the token in hex, with a salt and a digest (M9)", async () => {
      const { token } = await current().service.createApiKeys(SECRET);
      const digest = createHash("sha256").update(token).digest("hex");

      expect(await onlyRow(current())).toMatchObject({
        token: `$sha256$${digest}`,
        salt: expect.stringMatching(/^[0-9a-f]{32}$/),
        token_digest: digest.slice(0, 16),
      });
    });

    it("keys are authenticated, rolled, revoked, hidden and restored", () => expectLife(current().service));

    it("no call derives a slow hash or waits in its queue", async () => {
      const service = openService(current().url, { hashing: "sha256", hashConcurrency: 1, hashQueueLimit: 1 });
      const keys = await Promise.all(Array.from({ length: 50 }, () => service.createApiKeys(SECRET)));
      const found = await Promise.all(keys.map(({ token }) => service.authenticate(token)));

      expect(found).toMatchObject(keys.map(({ id }) => ({ id })));
      expect((await service.status()).hashing).toMatchObject({ running: 0, waiting: 0, done: 0 });
      await service.close();
    });

    it("a stored hash is not accepted as a token", async () => {
      await current().service.createApiKeys(SECRET);
      const { token } = await onlyRow(current());

      expect(await current().service.authenticate(token as string)).toBe(false);
      expect(await current().service.authenticate((token as string).replace("$sha256$", ""))).toBe(false);
    });
  },
  { hashing: "sha256" },
);

describeOurs(
  "With hashing: sha256 and hashKeys",
  (current) => {
    it("a creation stores the HMAC-SHA-256 under the first key, and its id (M9)", async () => {
      const { token } = await current().service.createApiKeys(SECRET);
      const mac = createHmac("sha256", SECRETS["2026-11"]).update(token).digest("hex");

      expect(await onlyRow(current())).toMatchObject({
        token: `$hmac-sha256$k=2026-11$${mac}`,
        salt: expect.stringMatching(/^[0-9a-f]{32}$/),
        token_digest: createHash("sha256").update(token).digest("hex").slice(0, 16),
      });
    });

    it("keys are authenticated, rolled, revoked, hidden and restored", () => expectLife(current().service));
  },
  { hashing: "sha256", hashKeys: HASH_KEYS },
);

describeOurs(
  "With hashing: argon2id, a row of the scheme sha256",
  (current) => {
    it.each(Object.entries(PINNED))("is verified if it is %s", async (name, hash) => {
      await insertRow(current(), { id: `apk_${name}`, hash });

      expect(await current().service.authenticate(TOKEN)).toMatchObject({ id: `apk_${name}` });
      expect(await current().service.authenticate(TOKEN.replace("sk_012", "sk_112"))).toBe(false);
      expect(await current().service.authenticate(`${TOKEN.slice(0, 6)}${"f".repeat(58)}def`)).toBe(false);
      expect((await current().service.status()).unknownHashKeys).toEqual([]);
    });

    it.each([
      ["in upper case", PINNED.plain.toUpperCase().replace("$SHA256$", "$sha256$")],
      ["cut short", PINNED.plain.slice(0, -2)],
      ["followed by more", `${PINNED.plain}00`],
      ["without digits", "$sha256$"],
      ["without the id of a key", PINNED.keyed.replace("k=2026-11", "k=")],
      ["with an id that no key can have", PINNED.keyed.replace("2026-11", "a b")],
      ["with the digits of another scheme", PINNED.plain.replace("$sha256$", "$hmac-sha256$k=2026-11$")],
      ["of a scheme with another name", PINNED.plain.replace("$sha256$", "$sha512$")],
    ])("matches no token if it is %s", async (_, hash) => {
      await insertRow(current(), { id: "apk_malformed", hash });

      expect(await current().service.authenticate(TOKEN)).toBe(false);
      expect((await current().service.status()).unknownHashKeys).toEqual([]);
    });
  },
  { hashKeys: HASH_KEYS },
);
