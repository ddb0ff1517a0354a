// Nothing but verify accepts a restricted key: not authenticate, not stock, not after going back.

import apiKeyModule from "../../index.js";
import { describeOnEachDatabase } from "../support/databases";
import { openService } from "../support/ours";
import { createPostgresDatabase, type PostgresDatabase } from "../support/postgres";
import { type OurService, SECRET } from "../support/service";
import type { SqliteDatabase } from "../support/sqlite";
import { SqliteShell } from "../support/sqlite-shell";
import { startStock } from "../support/stock";
import { until } from "../support/until";

/** Every kind of restriction, and what is none. */
const RESTRICTIONS = {
  scopes: { scopes: ["*:*"] },
  "no scope": { scopes: [] },
  addresses: { allowed_ips: ["0.0.0.0/0", "::/0"] },
  "another owner": { owner: { type: "seller", id: "user_1" } },
  "a purpose": { purpose: "password-reset" },
} satisfies Record<string, object>;

const HASHINGS = ["argon2id", "scrypt", "sha256"] as const;

describeOnEachDatabase("A restricted key", (kind) => {
  let database: { url: string; drop(): Promise<void> };
  const services: OurService[] = [];
  const open = (options: object = {}) => {
    const service = openService(database.url, { argon2: { memoryKib: 64, iterations: 1 }, ...options });
    services.push(service);
    return service;
  };

  beforeEach(async () => {
    database = await kind.create();
  });
  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.close()));
    await database.drop();
  });

  it.each(HASHINGS)("is refused by authenticate, and other keys are not: %s (M10)", async (hashing) => {
    const service = open({ hashing });
    for (const restriction of Object.values(RESTRICTIONS)) {
      const { token } = await service.createApiKeys({ ...SECRET, ...restriction });
      for (let call = 0; call < 3; call++) expect(await service.authenticate(token)).toBe(false);
    }
    for (const data of [{}, { owner: { type: "user", id: "user_1" } }, { metadata: { scopes: [] } }]) {
      const { id, token } = await service.createApiKeys({ ...SECRET, ...data });
      expect(await service.authenticate(token)).toMatchObject({ id });
    }
  });

  it("stays refused when its restrictions are lost by db:rollback, and its successor cannot be made", async () => {
    const service = open();
    const { id, token } = await service.createApiKeys({ ...SECRET, scopes: ["a:read"] });
    const plain = await service.createApiKeys(SECRET);
    await service.close();
    const call = { options: { databaseUrl: database.url }, logger: { info: () => undefined } };
    await apiKeyModule.revertMigration({ ...call, migrationNames: ["attributes", "creators"] });
    const again = open({ hashing: "sha256", rehash: true });
    expect(await again.authenticate(plain.token)).toMatchObject({ id: plain.id });
    for (const change of [null, { title: "New" }, { metadata: { a: 1 } }, { scopes: null }]) {
      if (change !== null) await again.updateApiKeys(id, change);
      expect(await again.authenticate(token)).toBe(false);
      expect(await again.verify(token, { scopes: ["a:read"] })).toEqual({ valid: false, reason: "unknown" });
    }
    await expect(again.rollApiKeys(id, { revoked_by: "u" })).rejects.toMatchObject({ type: "invalid_data" });
    // Any scope would satisfy a demand if the key were restricted to an address alone.
    for (const change of [{ allowed_ips: ["10.0.0.1"] }, { owner: { type: "seller", id: "1" }, scopes: null }]) {
      await expect(again.updateApiKeys(id, change)).rejects.toMatchObject({ type: "invalid_data" });
      expect(await again.verify(token, { ip: "10.0.0.1" })).toEqual({ valid: false, reason: "unknown" });
    }
    // New restrictions can be set, and then removed.
    await again.updateApiKeys(id, { scopes: ["b:read"] });
    expect(await again.verify(token, { scopes: ["b:read"] })).toMatchObject({ valid: true });
    await again.updateApiKeys(id, { scopes: null });
    expect(await again.authenticate(token)).toMatchObject({ id });
  });

  it.each(HASHINGS)("keeps its seal when its hash is replaced by %s", async (hashing) => {
    const creating = open({ hashing: hashing === "sha256" ? "argon2id" : "sha256" });
    const { id, token } = await creating.createApiKeys({ ...SECRET, scopes: ["a:read"] });
    const rehashing = open({ hashing, rehash: true });
    const form = {
      argon2id: /^\$restricted\$\$argon2id\$/,
      scrypt: /^\$restricted\$[0-9a-f]{128}$/,
      sha256: /^\$restricted\$\$sha256\$/,
    };
    await until(
      async () => {
        expect(await rehashing.verify(token, { scopes: ["a:read"] })).toMatchObject({ valid: true, key: { id } });
        return hashOf(id);
      },
      (hash) => form[hashing].test(hash),
    );
    expect(await rehashing.authenticate(token)).toBe(false);
    await rehashing.updateApiKeys(id, { scopes: null });
    expect(await hashOf(id)).not.toMatch(/restricted/);
    expect(await rehashing.authenticate(token)).toMatchObject({ id });
  });

  /** The column `token` of a key. */
  async function hashOf(id: string): Promise<string> {
    const statement = `SELECT token FROM api_key WHERE id = '${id}'`;
    if (kind.name === "postgres") {
      return (await (database as PostgresDatabase).query<{ token: string }>(statement))[0]?.token ?? "";
    }
    const shell = new SqliteShell((database as SqliteDatabase).path);
    const [row] = (await shell.query(statement)) as { token: string }[];
    await shell.close();
    return row?.token ?? "";
  }
});

describe("[postgres] Stock on the same table", () => {
  let database: PostgresDatabase;

  beforeEach(async () => {
    database = await createPostgresDatabase();
  });
  afterEach(() => database?.drop());

  it.each(HASHINGS)("refuses every restricted key, beside us and after db:rollback: %s (M10)", async (hashing) => {
    const stock = await startStock(database.url);
    const service = openService(database.url, { hashing, argon2: { memoryKib: 64, iterations: 1 } });
    const restricted = await service.createApiKeys(Object.values(RESTRICTIONS).map((data) => ({ ...SECRET, ...data })));
    const plain = await service.createApiKeys(SECRET);
    // A key that stock can verify and has verified is restricted later.
    const later = await service.createApiKeys(SECRET);
    const isScrypt = hashing === "scrypt";
    expect((await stock.service.authenticate(later.token)) !== false).toBe(isScrypt);
    await service.updateApiKeys(later.id, { allowed_ips: ["::1"] });

    const expectRefused = async () => {
      for (const { token } of [...restricted, later]) expect(await stock.service.authenticate(token)).toBe(false);
      expect((await stock.service.authenticate(plain.token)) !== false).toBe(isScrypt);
    };
    await expectRefused();
    await service.close();
    const call = { options: { databaseUrl: database.url }, logger: { info: () => undefined } };
    await apiKeyModule.revertMigration(call);
    await expectRefused();
    await stock.stop();
  });

  it("accepts a key with a scrypt hash again once its restrictions are removed", async () => {
    const stock = await startStock(database.url);
    const service = openService(database.url, { hashing: "scrypt" });
    const { id, token } = await service.createApiKeys({ ...SECRET, scopes: [] });
    expect(await stock.service.authenticate(token)).toBe(false);
    await service.updateApiKeys(id, { scopes: null });
    expect(await stock.service.authenticate(token)).toMatchObject({ id });
    await service.close();
    await stock.stop();
  });
});
