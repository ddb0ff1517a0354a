// ping() on standbys, behind poolers, and with few rights; writes with few rights.

import { randomBytes } from "node:crypto";
import { chmodSync } from "node:fs";
import { dirname } from "node:path";
import { PostgresServer } from "../../harness/postgres.js";
import type { ApiKeyModuleHealth } from "../../index.js";
import { UnprivilegedService } from "../sqlite/unprivileged";
import { expectFailure } from "../support/failures";
import { openLeased, untilLost } from "../support/leased";
import { openService } from "../support/ours";
import { createPostgresDatabase, onServer } from "../support/postgres";
import { SECRET } from "../support/service";
import { createSqliteDatabase } from "../support/sqlite";
import { CHEAP } from "../support/surroundings";

const codes = ({ problems }: ApiKeyModuleHealth) => problems.map(({ severity, code }) => `${severity} ${code}`);

describe("[postgres] ping() with few rights", () => {
  it.each([
    ["SELECT, INSERT, UPDATE, DELETE", "", [], null],
    ["SELECT, INSERT", "", ["warning forbidden"], /UPDATE/],
    ["SELECT", "", ["warning forbidden"], /INSERT/],
    ["INSERT", "", ["error forbidden"], /SELECT/],
    ["SELECT, INSERT, UPDATE, DELETE", "default_transaction_read_only = on", ["warning read_only"], /read-only/],
  ] as const)(
    "reports what a role with %s and the setting '%s' cannot do (M20)",
    async (rights, setting, expected, words) => {
      const role = `clerk_${randomBytes(6).toString("hex")}`;
      const database = await createPostgresDatabase();
      const owner = openService(database.url, CHEAP);
      await owner.migrate();
      await onServer(`CREATE ROLE ${role} LOGIN PASSWORD 'clerk'`);
      if (setting !== "") await onServer(`ALTER ROLE ${role} SET ${setting}`);
      await database.query(`GRANT ${rights} ON api_key TO ${role}`);
      const service = openService(database.url.replace(/\/\/[^@]*@/, `//${role}:clerk@`), { ...CHEAP, migrate: false });
      const health = await service.ping();

      expect(codes(health)).toEqual(expected);
      if (words !== null) expect(health.problems[0]?.message).toMatch(words);
      expect(health.ok).toBe(!expected.some((code) => code.startsWith("error")));
      await service.close();
      await owner.close();
      await database.drop();
      await onServer(`DROP ROLE ${role}`);
    },
  );
});

describe("[postgres] A write by a role with few rights", () => {
  it.each([
    ["SELECT, INSERT", "a creation", "INSERT or UPDATE"],
    ["SELECT, UPDATE", "a creation", "INSERT or UPDATE"],
    ["SELECT, INSERT", "a roll", "UPDATE"],
    ["SELECT, INSERT", "a revocation", "UPDATE"],
    ["SELECT, INSERT", "a cascade", "UPDATE"],
    ["SELECT, UPDATE", "a deletion", "DELETE"],
  ] as const)("with %s: %s names the privilege %s", async (rights, write, privilege) => {
    const role = `clerk_${randomBytes(6).toString("hex")}`;
    const database = await createPostgresDatabase();
    const owner = openService(database.url, CHEAP);
    const { id } = await owner.createApiKeys(SECRET);
    if (write === "a deletion") await owner.revoke(id, { revoked_by: "user_1" });
    await onServer(`CREATE ROLE ${role} LOGIN PASSWORD 'clerk'`);
    await database.query(`GRANT ${rights} ON api_key TO ${role}`);
    const service = openService(database.url.replace(/\/\/[^@]*@/, `//${role}:clerk@`), { ...CHEAP, migrate: false });
    const writes = {
      "a creation": () => service.createApiKeys(SECRET),
      "a roll": () => service.rollApiKeys(id, { revoked_by: "user_1" }),
      "a revocation": () => service.revoke(id, { revoked_by: "user_1" }),
      "a cascade": () => service.revoke(id, { revoked_by: "user_1", cascade: true }),
      "a deletion": () => service.deleteApiKeys(id),
    };

    await expectFailure(writes[write](), "database_error", new RegExp(`lacks the privilege ${privilege} on the table`));
    await service.close();
    await owner.close();
    await database.drop();
    await onServer(`DROP ROLE ${role}`);
  });
});

describe("[postgres] ping() of an older table", () => {
  it("reports it with the command that migrates (M20)", async () => {
    const database = await createPostgresDatabase();
    const service = openService(database.url, CHEAP);
    await service.migrate();
    await database.query("DELETE FROM api_key_native_migrations WHERE version = 'attributes'");
    const health = await service.ping();

    expect(codes(health)).toEqual(["warning table_outdated"]);
    expect(health.problems[0]?.remedy).toMatch(/service\.migrate\(\)/);
    await service.migrate().catch(() => undefined);
    await service.close();
    await database.drop();
  });
});

describe("[postgres] ping() of a service with maxStaleness", () => {
  it("reports that the lease is not held, and why (M20)", async () => {
    const database = await createPostgresDatabase();
    const service = await openLeased(database.url, CHEAP);
    await database.query("ALTER TABLE api_key DISABLE TRIGGER USER");
    await untilLost(service);
    const health = await service.ping();

    expect(health.ok).toBe(true);
    expect(codes(health).sort()).toEqual(["warning lease_not_held", "warning table_outdated"]);
    expect(health.problems.find(({ code }) => code === "lease_not_held")?.message).toMatch(/triggers/);
    await service.close();
    await database.drop();
  });

  it("reports a pooler in transaction mode as the reason (M20)", async () => {
    const database = await createPostgresDatabase();
    const service = openService(database.url, { ...CHEAP, pooler: "transaction", maxStaleness: 500 });
    await service.listApiKeys();
    const health = await service.ping();

    expect(codes(health)).toEqual(["warning pooler"]);
    expect(health.problems[0]?.remedy).toMatch(/session mode/);
    await service.close();
    await database.drop();
  });
});

describe("[postgres] ping() of a hot standby", () => {
  it("reports an error without the option replica and a warning with it (M20)", async () => {
    const primary = await PostgresServer.create();
    const origin = openService(primary.url(), CHEAP);
    await origin.migrate();
    const standby = await primary.standby();
    await standby.catchUp(primary);
    const [refusing, reading] = [{}, { replica: true }].map((options) =>
      openService(standby.url(), { ...CHEAP, migrate: false, ...options }),
    );

    expect(await refusing?.ping()).toMatchObject({ ok: false, problems: [{ severity: "error", code: "replica" }] });
    expect(await reading?.ping()).toMatchObject({ ok: true, problems: [{ severity: "warning", code: "replica" }] });
    await Promise.all([refusing?.close(), reading?.close(), origin.close()]);
    await primary.remove();
  });
});

describe("[sqlite] ping() of a file that cannot be written", () => {
  it("reports that writes fail (M20)", async () => {
    const database = await createSqliteDatabase();
    const owner = openService(database.url, CHEAP);
    await owner.migrate();
    await owner.close();
    const folder = dirname(database.path);
    chmodSync(database.path, 0o444);
    chmodSync(folder, 0o555);
    const service = new UnprivilegedService({ databaseUrl: database.url, ...CHEAP });
    const { answer } = await service.call("ping");
    await service.stop();
    chmodSync(folder, 0o755);

    expect(answer).toMatchObject({ ok: true, problems: [{ severity: "warning", code: "read_only" }] });
    await database.drop();
  });
});
