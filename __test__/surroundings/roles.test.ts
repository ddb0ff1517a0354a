// Roles with few rights, and sessions that only read.

import { randomBytes } from "node:crypto";
import { expectFailure } from "../support/failures";
import { openService } from "../support/ours";
import { createPostgresDatabase, onServer, type PostgresDatabase } from "../support/postgres";
import { type OurService, SECRET } from "../support/service";
import { CHEAP } from "../support/surroundings";

describe("[postgres] With default migrate", () => {
  const role = `clerk_${randomBytes(6).toString("hex")}`;
  let database: PostgresDatabase;
  let url: string;
  let owner: OurService;
  let service: OurService;

  beforeEach(async () => {
    database = await createPostgresDatabase();
    await onServer(`CREATE ROLE ${role} LOGIN PASSWORD 'clerk'`);
    owner = openService(database.url, CHEAP);
    const parsed = new URL(database.url);
    parsed.username = role;
    parsed.password = "clerk";
    url = parsed.href;
    service = openService(url, CHEAP);
  });
  afterEach(async () => {
    await service?.close();
    await owner?.close();
    await database?.drop();
    await onServer(`DROP ROLE IF EXISTS ${role}`);
  });

  const complete = async (rights: string) => {
    const key = await owner.createApiKeys(SECRET);
    await database.query(`GRANT ${rights} ON api_key TO ${role}`);
    return key;
  };

  it("a role with SELECT, INSERT, UPDATE and DELETE on a complete table carries out every call", async () => {
    const { id, token } = await complete("SELECT, INSERT, UPDATE, DELETE");

    expect(await service.authenticate(token)).toMatchObject({ id });
    const { created } = await service.rollApiKeys(id, { revoked_by: "user_1" });
    expect(await service.authenticate(token)).toBe(false);
    await service.revoke(created.id, { revoked_by: "user_1" });
    await service.deleteApiKeys([id, created.id]);
    await expect(service.listApiKeys()).resolves.toEqual([]);
  });

  it("a role with SELECT only authenticates, and its writes fail with the missing right (D19)", async () => {
    const { id, token } = await complete("SELECT");

    expect(await service.authenticate(token)).toMatchObject({ id });
    await expectFailure(service.createApiKeys(SECRET), "database_error", /\bINSERT\b.*api_key/s);
    await expectFailure(service.revoke(id, { revoked_by: "user_1" }), "database_error", /\bUPDATE\b.*api_key/s);
  });

  it("a read-only session authenticates on a complete table", async () => {
    const { id, token } = await complete("SELECT, INSERT, UPDATE, DELETE");
    await onServer(`ALTER ROLE ${role} SET default_transaction_read_only = on`);

    expect(await service.authenticate(token)).toMatchObject({ id });
    await expectFailure(service.createApiKeys(SECRET), "database_error", /read-only|only read/);
  });

  it("a role that cannot create the missing table gets an error with migrate and the missing right", async () => {
    await expectFailure(service.listApiKeys(), "database_error", /migrate.*\bCREATE\b|\bCREATE\b.*migrate/s);
  });

  it("a role that cannot upgrade an older table gets an error with migrate and the missing right", async () => {
    await complete("SELECT, INSERT, UPDATE, DELETE");
    await database.query("ALTER TABLE api_key DROP COLUMN token_digest");
    await database.query("DROP TABLE IF EXISTS api_key_native_migrations");

    await expectFailure(service.listApiKeys(), "database_error", /migrate/);
    await owner.migrate();
    await expect(service.listApiKeys()).resolves.toHaveLength(1);
  });
});
