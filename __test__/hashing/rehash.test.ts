// What a success does for its key's row, in the background.

import { scryptSync } from "node:crypto";
import { describeOurs, type Implementation, type Row } from "../support/implementations";
import { openService } from "../support/ours";
import { createPostgresDatabase } from "../support/postgres";
import { type OurService, SECRET } from "../support/service";
import { startStock } from "../support/stock";
import { until } from "../support/until";

const TOKEN = `sk_${"0123456789abcdef".repeat(4)}`;
const SALT = "44de31ebcf085fa423fc584aa8540670";
const SCRYPT = scryptSync(TOKEN, SALT, 64).toString("hex");
const CHEAP = { memoryKib: 64, iterations: 1, parallelism: 1 };

const forgeryOf = (token: string) => `${token.slice(0, 6)}${"f".repeat(58)}${token.slice(-3)}`;

/** Stores a key as stock does, which knows no digest. */
const insertStocksRow = (current: Implementation, id = "apk_stock", hash = SCRYPT, salt = SALT) =>
  current.sql(
    `INSERT INTO api_key (id, token, salt, redacted, title, type, created_by, created_at, updated_at)
     VALUES (?, ?, ?, 'sk_012***def', 'Stock', 'secret', 'user_1', '2020-01-01T00:00:00.000+00:00', '2020-01-01T00:00:00.000+00:00')`,
    [id, hash, salt],
  );

const rowOf = async (current: Implementation, id: string) =>
  (await current.table()).find((row) => row.id === id) as Row;

describeOurs("A row of stock after a successful authentication", (current) => {
  it("gets the digest of its token and no other change", async () => {
    await insertStocksRow(current());
    const before = await rowOf(current(), "apk_stock");
    expect(before.token_digest).toBeNull();
    await current().service.authenticate(TOKEN);
    await until(async () => (await rowOf(current(), "apk_stock")).token_digest !== null);

    expect(await rowOf(current(), "apk_stock")).toEqual({
      ...before,
      token_digest: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(current().emitted).toEqual([]);
    expect(await current().service.authenticate(TOKEN)).toMatchObject({ id: "apk_stock" });
  });

  it("gets no digest from a rejected token", async () => {
    await insertStocksRow(current());
    expect(await current().service.authenticate(forgeryOf(TOKEN))).toBe(false);
    // Another row's digest comes later than this one's would.
    await insertStocksRow(current(), "apk_other", scryptSync(`${TOKEN}0`, SALT, 64).toString("hex"));
    await current().sql("UPDATE api_key SET redacted = 'sk_012***ef0' WHERE id = 'apk_other'");
    await current().service.authenticate(`${TOKEN}0`);
    await until(async () => (await rowOf(current(), "apk_other")).token_digest !== null);

    expect((await rowOf(current(), "apk_stock")).token_digest).toBeNull();
  });

  it("keeps its digest when it is revoked, soft-deleted and restored", async () => {
    await insertStocksRow(current());
    await current().service.authenticate(TOKEN);
    await until(async () => (await rowOf(current(), "apk_stock")).token_digest !== null);
    const { token_digest } = await rowOf(current(), "apk_stock");
    await current().service.revoke("apk_stock", { revoked_by: "user_1" });
    await current().service.softDeleteApiKeys("apk_stock");
    await current().service.restoreApiKeys("apk_stock");

    // The mark says that it was revoked at once.
    expect((await rowOf(current(), "apk_stock")).token_digest).toBe(`!${token_digest}`);
    expect(await current().service.authenticate(TOKEN)).toBe(false);
  });
});

describeOurs(
  "A forged token with the redacted form of a stock row",
  (current) => {
    it("costs no derivation once the row has its digest (S15)", async () => {
      await insertStocksRow(current());
      await current().service.authenticate(TOKEN);
      await until(async () => (await rowOf(current(), "apk_stock")).token_digest !== null);
      const order: string[] = [];
      const creation = current()
        .service.createApiKeys(SECRET)
        .then(() => order.push("created"));
      expect(
        await current()
          .service.authenticate(forgeryOf(TOKEN))
          .finally(() => order.push("refused")),
      ).toBe(false);
      await creation;

      expect(order).toEqual(["refused", "created"]);
    });
  },
  { argon2: { memoryKib: 65_536, iterations: 8 }, hashConcurrency: 1 },
);

describeOurs(
  "With rehash and argon2id, a row that stock hashed with scrypt",
  (current) => {
    const rehashed = () => until(async () => String((await rowOf(current(), "apk_stock")).token).startsWith("$"));

    it("gets an argon2id hash after its first success and no other change (M6)", async () => {
      await insertStocksRow(current());
      const before = await rowOf(current(), "apk_stock");
      expect(await current().service.authenticate(TOKEN)).toMatchObject({ id: "apk_stock" });
      await rehashed();

      expect(await rowOf(current(), "apk_stock")).toEqual({
        ...before,
        token: expect.stringMatching(/^\$argon2id\$v=19\$m=64,t=1,p=1\$/),
        token_digest: expect.any(String),
      });
      expect(current().emitted).toEqual([]);
      expect(await current().service.authenticate(TOKEN)).toMatchObject({ id: "apk_stock" });
      expect(await current().service.authenticate(forgeryOf(TOKEN))).toBe(false);
    });

    it("is unchanged when its token is rejected", async () => {
      await insertStocksRow(current());
      expect(await current().service.authenticate(forgeryOf(TOKEN))).toBe(false);
      const { token } = await current().service.createApiKeys(SECRET);
      await current().service.authenticate(token);

      expect((await rowOf(current(), "apk_stock")).token).toBe(SCRYPT);
    });

    it("keeps a hash with an unusual salt", async () => {
      const hash = scryptSync(TOKEN, "salt", 64).toString("hex");
      await insertStocksRow(current(), "apk_stock", hash, "salt");
      await current().service.authenticate(TOKEN);
      await until(async () => (await rowOf(current(), "apk_stock")).token_digest !== null);
      await insertStocksRow(current(), "apk_later", scryptSync(`${TOKEN}0`, SALT, 64).toString("hex"));
      await current().sql("UPDATE api_key SET redacted = 'sk_012***ef0' WHERE id = 'apk_later'");
      await current().service.authenticate(`${TOKEN}0`);
      await until(async () => String((await rowOf(current(), "apk_later")).token).startsWith("$"));

      expect(await rowOf(current(), "apk_stock")).toMatchObject({ token: hash, salt: "salt" });
      expect(await current().service.authenticate(TOKEN)).toMatchObject({ id: "apk_stock" });
    });

    it("keeps concurrent changes in 20 rounds", async () => {
      for (let round = 0; round < 20; round++) {
        await current().sql("DELETE FROM api_key");
        // A fresh id: each row is rehashed once.
        const id = `apk_${round}`;
        await insertStocksRow(current(), id);
        await current().service.authenticate(TOKEN);
        const meanwhile = [
          () => current().service.revoke(id, { revoked_by: "user_2" }),
          () => current().service.softDeleteApiKeys(id),
          () => current().service.updateApiKeys(id, { title: "Retitled" }),
          () => current().service.rollApiKeys(id, { revoked_by: "user_2" }),
        ][round % 4] as () => Promise<unknown>;
        await meanwhile();
        const done = await rowOf(current(), id);
        await until(async () => String((await rowOf(current(), id)).token).startsWith("$"));

        const { token, token_digest, ...columns } = await rowOf(current(), id);
        expect(columns).toEqual(Object.fromEntries(Object.entries(done).filter(([name]) => name in columns)));
        if (round % 4 !== 2) expect(await current().service.authenticate(TOKEN)).toBe(false);
      }
    });

    it("stays deleted when it is deleted concurrently in 20 rounds", async () => {
      for (let round = 0; round < 20; round++) {
        const id = `apk_deleted_${round}`;
        await insertStocksRow(current(), id);
        await current().service.authenticate(TOKEN);
        await current().sql("DELETE FROM api_key WHERE id = ?", [id]);
        expect(await current().service.authenticate(TOKEN)).toBe(false);
      }

      expect(await current().table()).toEqual([]);
    });
  },
  { argon2: CHEAP, rehash: true },
);

describeOurs(
  "With rehash, a row with another hashing cost",
  (current) => {
    it("gets the configured cost", async () => {
      const key = await current().service.createApiKeys(SECRET);
      const { token } = await rowOf(current(), key.id);
      await current().service.authenticate(key.token);
      // What a service with the former options wrote.
      const old = openService(current().url, { argon2: { ...CHEAP, iterations: 2 } });
      const older = await old.createApiKeys(SECRET);
      await old.close();
      await current().service.authenticate(older.token);
      await until(async () => String((await rowOf(current(), older.id)).token).includes("m=64,t=1,p=1"));

      expect((await rowOf(current(), key.id)).token).toBe(token);
      expect(await current().service.authenticate(older.token)).toMatchObject({ id: older.id });
    });

    it("has one valid hash after two concurrent rehashes in 20 rounds", async () => {
      const old = openService(current().url, { argon2: { ...CHEAP, iterations: 2 } });
      const other = openService(current().url, { argon2: CHEAP, rehash: true });
      for (let round = 0; round < 20; round++) {
        const { id, token } = await old.createApiKeys(SECRET);
        const both = [current().service, other];
        await Promise.all(both.map((service) => service.authenticate(token)));
        await until(async () => String((await rowOf(current(), id)).token).includes("m=64,t=1,p=1"));

        for (const service of both) expect(await service.authenticate(token)).toMatchObject({ id });
      }
      await Promise.all([old.close(), other.close()]);
    });
  },
  { argon2: CHEAP, rehash: true },
);

describeOurs("Without rehash, a row that stock hashed", (current) => {
  it("keeps its hash", async () => {
    await insertStocksRow(current());
    await current().service.authenticate(TOKEN);
    await until(async () => (await rowOf(current(), "apk_stock")).token_digest !== null);
    await current().service.authenticate(TOKEN);

    expect((await rowOf(current(), "apk_stock")).token).toBe(SCRYPT);
  });
});

describe("[postgres] Going back to stock", () => {
  it("works with hashing: scrypt and rehash for every key that was used (M6)", async () => {
    const database = await createPostgresDatabase();
    const stock = await startStock(database.url);
    const hashes = async () =>
      (await database.query<{ token: string }>("SELECT token FROM api_key ORDER BY id")).map(({ token }) => token);
    const untilAll = (pattern: RegExp) => until(async () => (await hashes()).every((hash) => pattern.test(hash)));
    const use = async (service: OurService, tokens: string[]) => {
      for (const token of tokens) expect(await service.authenticate(token)).toMatchObject({ title: SECRET.title });
    };

    const theirs = await stock.service.createApiKeys([
      { ...SECRET, id: "apk_1" },
      { ...SECRET, id: "apk_2" },
    ]);
    const issued = await hashes();
    const there = openService(database.url, { rehash: true, argon2: CHEAP });
    const ours = await there.createApiKeys({ ...SECRET, id: "apk_3" });
    const tokens = [...theirs, ours].map(({ token }) => token);
    await use(there, tokens);
    await untilAll(/^\$argon2id\$/);
    await there.close();
    const back = openService(database.url, { rehash: true, hashing: "scrypt" });
    await use(back, tokens);
    await untilAll(/^[0-9a-f]{128}$/);
    await back.close();

    // With the same salt it is the very hash that stock had written.
    expect((await hashes()).slice(0, 2)).toEqual(issued);
    for (const token of tokens) expect(await stock.service.authenticate(token)).toMatchObject({ title: SECRET.title });
    await stock.stop();
    await database.drop();
  }, 60_000);
});
