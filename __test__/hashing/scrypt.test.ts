// Rows of stock's kind, whoever wrote them.

import { scryptSync } from "node:crypto";
import { describeEverywhere } from "../support/implementations";
import { openService } from "../support/ours";
import { createPostgresDatabase, type PostgresDatabase } from "../support/postgres";
import { type OurService, SECRET, type Service } from "../support/service";
import { type Running, startStock } from "../support/stock";

/** A token, a salt and the hash that stock's Node.js derived of them. Both are taken as text: the salt is not decoded. */
const VECTOR = {
  token: "sk_44de31ebcf085fa423fc584aa85406700e7bb4a5c1d96f28833e52d0f19a6c47",
  salt: "44de31ebcf085fa423fc584aa8540670",
  hash: "1057cd50a7d8b3913d5026dfcb43b32fe2e03158246ab74b05309c4ed109595db4f43302db621e12ca81e354928b0b00ef1423449a982c29454d1ff1f4ce758a",
};

describeEverywhere("A row that stock hashed with scrypt", (current) => {
  it("has the hash that Node.js derives", () => {
    expect(scryptSync(VECTOR.token, VECTOR.salt, 64).toString("hex")).toBe(VECTOR.hash);
  });

  it("authenticates its token", async () => {
    await insertVector();

    expect(await current().service.authenticate(VECTOR.token)).toMatchObject({ id: "apk_vector", title: "Vector" });
  });

  it("authenticates its token again after a wrong token with the same redacted form", async () => {
    await insertVector();
    const forged = `${VECTOR.token.slice(0, 6)}${"0".repeat(58)}${VECTOR.token.slice(-3)}`;

    expect(await current().service.authenticate(VECTOR.token)).toMatchObject({ id: "apk_vector" });
    expect(await current().service.authenticate(forged)).toBe(false);
    expect(await current().service.authenticate(VECTOR.token)).toMatchObject({ id: "apk_vector" });
  });

  it("does not accept its own hash as a token", async () => {
    await insertVector();

    expect(await current().service.authenticate(VECTOR.hash)).toBe(false);
  });

  it("is distinguished from another row with the same redacted form", async () => {
    await insertVector();
    await current().sql(
      "INSERT INTO api_key (id, token, salt, redacted, title, type, created_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
      [...["apk_a_namesake", "0".repeat(128), "1".repeat(32), "sk_44d***c47", "Namesake", "secret", "user_1"]],
    );

    expect(await current().service.authenticate(VECTOR.token)).toMatchObject({ id: "apk_vector" });
  });

  const insertVector = () =>
    current().sql(
      "INSERT INTO api_key (id, token, salt, redacted, title, type, created_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
      [...["apk_vector", VECTOR.hash, VECTOR.salt, "sk_44d***c47", "Vector", "secret", "user_1"]],
    );
});

describe("[postgres] A database shared by stock and this package", () => {
  let database: PostgresDatabase;
  let stock: Running<Service>;
  let ours: OurService;

  beforeAll(async () => {
    database = await createPostgresDatabase();
    stock = await startStock(database.url);
    ours = openService(database.url, { hashing: "scrypt" });
  });
  afterAll(async () => {
    await ours?.close();
    await stock?.stop();
    await database?.drop();
  });

  it("authenticates a key of stock here (M6)", async () => {
    const key = await stock.service.createApiKeys(SECRET);

    expect(await ours.authenticate(key.token)).toMatchObject({ id: key.id, title: SECRET.title });
  });

  it("authenticates a key of this package in stock with hashing: scrypt (M6)", async () => {
    const key = await ours.createApiKeys(SECRET);

    expect(await stock.service.authenticate(key.token)).toMatchObject({ id: key.id, title: SECRET.title });
  });

  it("returns a key alike on both sides (D1)", async () => {
    const keys = [
      await stock.service.createApiKeys({ ...SECRET, revoked_at: new Date("2031-02-03T04:05:06.007Z") }),
      await ours.createApiKeys({ ...SECRET, revoked_at: new Date("2031-02-03T04:05:06.007Z") }),
    ];

    for (const { id } of keys) {
      expect(await ours.retrieveApiKey(id)).toStrictEqual(await stock.service.retrieveApiKey(id));
    }
  });

  it("rejects on each side the keys that the other has revoked", async () => {
    const [first, second] = await stock.service.createApiKeys([SECRET, SECRET]);
    expect(await ours.authenticate(first.token)).toMatchObject({ id: first.id });
    await stock.service.revoke(first.id, { revoked_by: "user_1" });
    await ours.revoke(second.id, { revoked_by: "user_1" });

    expect(await ours.authenticate(first.token)).toBe(false);
    expect(await stock.service.authenticate(second.token)).toBe(false);
  });
});
