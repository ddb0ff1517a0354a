// An SQLite file that is replaced, moved, deleted or overwritten while a service has it open.

import { copyFile, mkdir, readdir, rename, rm, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { expectFailure, failureOf } from "../support/failures";
import { lookUp, warm } from "../support/leased";
import { openService } from "../support/ours";
import { type ApiKey, type OurService, PUBLISHABLE, SECRET } from "../support/service";
import { createSqliteDatabase, type SqliteDatabase } from "../support/sqlite";
import { SqliteShell } from "../support/sqlite-shell";

const OPTIONS = { argon2: { memoryKib: 64, iterations: 1 }, lastUsedInterval: false };
const REVOKE = "UPDATE api_key SET revoked_at = '2020-01-01T00:00:00.000+00:00', revoked_by = 'x' WHERE id = ?";

describe("[sqlite] A file that changes its identity while it is open", () => {
  let database: SqliteDatabase;
  let service: OurService;
  let secret: ApiKey;
  let publishable: ApiKey;

  const path = (name: string) => join(dirname(database.path), name);
  const removeLog = () => Promise.all(["-wal", "-shm"].map((end) => rm(`${database.path}${end}`, { force: true })));

  /** Runs SQL in a process that opens the file for that and closes it again. */
  const elsewhere = async (sql: string, parameters: unknown[] = [], file = database.path) => {
    const shell = new SqliteShell(file);
    const rows = await shell.query(sql, parameters);
    await shell.close();
    return rows;
  };
  const backUp = async () => {
    await elsewhere("VACUUM INTO ?", [path("backup.db")]);
    await elsewhere("PRAGMA journal_mode = WAL", [], path("backup.db"));
  };
  const replace = async () => {
    await rename(path("backup.db"), database.path);
    await removeLog();
  };

  beforeEach(async () => {
    database = await createSqliteDatabase();
    service = openService(database.url, OPTIONS);
    secret = await service.createApiKeys(SECRET);
    publishable = await service.createApiKeys(PUBLISHABLE);
    await warm(service, () => service.authenticate(secret.token));
    await warm(service, () => lookUp(service, publishable.token));
  });
  afterEach(async () => {
    await service.close();
    await database.drop();
  });

  it("is reopened when a backup is renamed over it, and a key revoked there is rejected (D13)", async () => {
    await backUp();
    await replace();
    await elsewhere(REVOKE, [secret.id]);

    expect(await service.authenticate(secret.token)).toBe(false);
    expect(await service.retrieveApiKey(secret.id)).toMatchObject({ revoked_by: "x" });
    await elsewhere(REVOKE, [publishable.id]);
    expect(await lookUp(service, publishable.token)).toMatchObject([{ revoked_at: expect.any(Date) }]);
  });

  it("is reopened when its folder is moved and the file alone is moved back, and a key revoked then is rejected", async () => {
    await elsewhere("PRAGMA wal_checkpoint(TRUNCATE)");
    // Change times are trusted from an age of two seconds.
    await new Promise((resolve) => setTimeout(resolve, 3_100));
    await warm(service, () => service.authenticate(secret.token));
    const folder = dirname(database.path);
    const moved = `${folder}-moved`;
    await rename(folder, moved);
    await mkdir(folder);
    await rename(join(moved, basename(database.path)), database.path);
    await elsewhere(REVOKE, [secret.id]);

    expect(await service.authenticate(secret.token)).toBe(false);
    await rm(moved, { recursive: true });
  });

  it("is reopened when a symbolic link is switched to another file, and each file keeps its log", async () => {
    await backUp();
    await elsewhere("DELETE FROM api_key WHERE id = ?", [secret.id], path("backup.db"));
    const [link, next] = [path("link.db"), path("next.db")];
    await symlink(database.path, link);
    const linked = openService(`sqlite:${link}`, OPTIONS);
    const before = await linked.createApiKeys(PUBLISHABLE);
    expect(await linked.authenticate(secret.token)).toMatchObject({ id: secret.id });
    await symlink(path("backup.db"), next);
    await rename(next, link);

    expect(await linked.authenticate(secret.token)).toBe(false);
    const after = await linked.createApiKeys(PUBLISHABLE);
    await linked.close();
    const rows = (file: string) => elsewhere("SELECT id FROM api_key ORDER BY id", [], file);
    const of = (...keys: ApiKey[]) => keys.map(({ id }) => ({ id })).sort((one, other) => (one.id < other.id ? -1 : 1));
    expect(await rows(database.path)).toEqual(of(secret, publishable, before));
    expect(await rows(path("backup.db"))).toEqual(of(publishable, after));
  });

  it("loses cached keys that the backup does not contain", async () => {
    await backUp();
    const later = await service.createApiKeys(SECRET);
    await warm(service, () => service.authenticate(later.token));
    await replace();

    expect(await service.authenticate(later.token)).toBe(false);
    expect(await service.authenticate(secret.token)).toMatchObject({ id: secret.id });
    await warm(service, () => service.authenticate(secret.token));
  });

  it("is written to, once it is reopened", async () => {
    await backUp();
    await replace();
    const { id } = await service.createApiKeys(PUBLISHABLE);
    await service.revoke(secret.id, { revoked_by: "user_1" });

    expect(await elsewhere("SELECT id FROM api_key WHERE id = ?", [id])).toHaveLength(1);
    expect(await elsewhere("SELECT revoked_by FROM api_key WHERE id = ?", [secret.id])).toEqual([
      { revoked_by: "user_1" },
    ]);
  });

  it("does not acknowledge a write to the replaced file (D13)", async () => {
    await backUp();
    const blocking = new SqliteShell(database.path);
    await blocking.query("BEGIN IMMEDIATE");
    const writer = openService(database.url, OPTIONS);
    const created = failureOf(writer.createApiKeys({ ...PUBLISHABLE, id: "apk_lost" }));
    const revoked = failureOf(writer.revoke(secret.id, { revoked_by: "user_1" }));
    // Both wait for the other process by the time that later calls have returned.
    for (let call = 0; call < 20; call += 1) await writer.listApiKeys();
    await rename(path("backup.db"), database.path);
    await blocking.query("COMMIT");
    await blocking.close();

    expect(await created).toMatchObject({ type: "database_error", message: expect.stringMatching(/replaced/) });
    expect(await revoked).toMatchObject({ type: "database_error", message: expect.stringMatching(/replaced/) });
    await writer.close();
    await removeLog();
    expect(await elsewhere("SELECT id FROM api_key WHERE id = 'apk_lost' OR revoked_by = 'user_1'")).toEqual([]);
  });

  it("does not fail waiting calls as if the service were closed", async () => {
    await backUp();
    const busy = openService(database.url, { ...OPTIONS, pool: { max: 1, acquireTimeoutMs: 2_000 } });
    await busy.createApiKeys(Array.from({ length: 2_000 }, () => ({ ...PUBLISHABLE, title: "a".repeat(400) })));
    const slow = { $or: Array.from({ length: 90 }, (_, index) => ({ title: { $re: `(a|b)*${index}c` } })) };
    // The search holds the only connection.
    const waiting = Promise.allSettled([
      busy.listApiKeys(slow),
      ...Array.from({ length: 5 }, () => busy.listApiKeys()),
    ]);
    // A lookup has another connection, and is answered later than the others have begun to wait.
    await busy.authenticate(secret.token);
    await replace();

    expect(await busy.authenticate(secret.token)).toMatchObject({ id: secret.id });
    for (const outcome of await waiting) {
      if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ type: "database_error" });
    }
    await busy.close();
  });

  it.each<[string, () => Promise<unknown>]>([
    ["moved", () => rename(database.path, path("moved.db"))],
    ["deleted", () => rm(database.path)],
    ["deleted with its -wal and -shm", () => Promise.all([rm(database.path), removeLog()])],
  ])("fails every call when it is %s, and is not created again (D13)", async (_, remove) => {
    await remove();
    const gone = /^databaseUrl: the SQLite file .*api-keys\.db was moved or deleted/;

    await expectFailure(service.authenticate(secret.token), "database_error", gone);
    await expectFailure(lookUp(service, publishable.token), "database_error", gone);
    await expectFailure(service.listAndCountApiKeys(), "database_error", gone);
    await expectFailure(service.createApiKeys(PUBLISHABLE), "database_error", gone);
    await expectFailure(service.migrate(), "database_error", gone);
    expect(await readdir(dirname(database.path))).not.toContain("api-keys.db");
  });

  it("is used again when it is moved back", async () => {
    await rename(database.path, path("moved.db"));
    await expectFailure(service.authenticate(secret.token), "database_error", /moved or deleted/);
    await rename(path("moved.db"), database.path);

    expect(await service.authenticate(secret.token)).toMatchObject({ id: secret.id });
    await warm(service, () => service.authenticate(secret.token));
    expect(await service.createApiKeys(PUBLISHABLE)).toMatchObject(PUBLISHABLE);
  });

  it("gets no table when a file without one replaces it and is used once it has one", async () => {
    await elsewhere("CREATE TABLE notes (text TEXT)", [], path("backup.db"));
    await replace();

    await expectFailure(service.authenticate(secret.token), "database_error", /api_key does not exist/);
    await expectFailure(service.listApiKeys(), "database_error", /api_key does not exist/);
    await service.migrate();
    expect(await service.authenticate(secret.token)).toBe(false);
    expect(await service.createApiKeys(PUBLISHABLE)).toMatchObject(PUBLISHABLE);
  });

  it("causes a clear error when another kind of file replaces it and recovers", async () => {
    await backUp();
    await copyFile(__filename, path("nonsense"));
    await rename(path("nonsense"), database.path);
    await removeLog();

    await expectFailure(service.authenticate(secret.token), "database_error", /not an SQLite database/);
    await replace();
    expect(await service.authenticate(secret.token)).toMatchObject({ id: secret.id });
  });

  it("is not combined with the former file's log, which must be removed first (D13)", async () => {
    await backUp();
    await service.createApiKeys({ ...PUBLISHABLE, id: "apk_later" });
    await rename(path("backup.db"), database.path);
    const mixed = /^databaseUrl: .*-wal or .*-shm still belongs to the former one; remove both$/;

    await expectFailure(service.authenticate(secret.token), "database_error", mixed);
    await expectFailure(service.listApiKeys(), "database_error", mixed);
    await expectFailure(service.createApiKeys(PUBLISHABLE), "database_error", mixed);
    await removeLog();
    expect(await service.authenticate(secret.token)).toMatchObject({ id: secret.id });
    expect((await service.listApiKeys()).map((key) => key.id)).not.toContain("apk_later");
    await service.close();
    expect(await elsewhere("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
  });

  it("is reopened when it is overwritten in place and its -wal and -shm are removed", async () => {
    await backUp();
    const { id } = await service.createApiKeys({ ...PUBLISHABLE, title: "Not in the backup" });
    await copyFile(path("backup.db"), database.path);
    await removeLog();
    await elsewhere(REVOKE, [secret.id]);

    expect(await service.authenticate(secret.token)).toBe(false);
    expect((await service.listApiKeys()).map((key) => key.id)).not.toContain(id);
    await service.close();
    expect(await elsewhere("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
    expect(await elsewhere("SELECT id FROM api_key WHERE id = ?", [id])).toEqual([]);
  });

  it("acknowledges no write that only a removed -wal has, and is used again when -shm is removed, too", async () => {
    const removed = /^databaseUrl: .*-wal was moved or deleted .* put it back, or remove .*-shm, too/;
    await elsewhere("PRAGMA wal_checkpoint(TRUNCATE)");
    await service.updateApiKeys(publishable.id, { title: "Only in the log" });
    await rm(`${database.path}-wal`);
    for (const call of [() => service.createApiKeys(SECRET), () => service.retrieveApiKey(secret.id)]) {
      await expectFailure(call(), "database_error", removed);
    }

    await rm(`${database.path}-shm`);
    const { id } = await service.createApiKeys(SECRET);
    expect(await elsewhere("SELECT id FROM api_key WHERE id = ?", [id])).toHaveLength(1);
    expect(await elsewhere("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
  });

  it("is used again when its -wal is moved back, with every change", async () => {
    await service.updateApiKeys(publishable.id, { title: "Only in the log" });
    await rename(`${database.path}-wal`, path("aside"));
    await expect(service.createApiKeys(SECRET)).rejects.toThrow(/-wal was moved or deleted/);

    await rename(path("aside"), `${database.path}-wal`);
    const { id } = await service.createApiKeys(SECRET);
    expect(await service.retrieveApiKey(publishable.id)).toMatchObject({ title: "Only in the log" });
    expect(await elsewhere("SELECT id FROM api_key WHERE id = ?", [id])).toHaveLength(1);
  });

  it("rejects a key that another process revokes after -wal was removed", async () => {
    await elsewhere("PRAGMA wal_checkpoint(TRUNCATE)");
    await warm(service, () => service.authenticate(secret.token));
    await rm(`${database.path}-wal`);
    await elsewhere(REVOKE, [secret.id]);
    await expect(service.authenticate(secret.token)).rejects.toThrow(/-wal was moved or deleted/);

    await rm(`${database.path}-shm`);
    expect(await service.authenticate(secret.token)).toBe(false);
  });

  it("does not overwrite another process's changes to its successor on close", async () => {
    await backUp();
    await replace();
    const other = new SqliteShell(database.path);
    await other.query(REVOKE, [secret.id]);
    await service.close();

    expect(await other.query("SELECT revoked_by FROM api_key WHERE id = ?", [secret.id])).toEqual([
      { revoked_by: "x" },
    ]);
    expect(await readdir(dirname(database.path))).toContain("api-keys.db-wal");
    await other.close();
    expect(await elsewhere("SELECT revoked_by FROM api_key WHERE id = ?", [secret.id])).toEqual([{ revoked_by: "x" }]);
  });

  it("gives consistent results while backups replace it repeatedly", async () => {
    for (let round = 0; round < 5; round++) {
      await backUp();
      await replace();
      const answers = await Promise.all(
        Array.from({ length: 20 }, async (_, index) =>
          index % 2 === 0
            ? ((await service.authenticate(secret.token)) as ApiKey).id
            : (await service.retrieveApiKey(secret.id)).id,
        ),
      );
      expect(new Set(answers)).toEqual(new Set([secret.id]));
    }
    await elsewhere(REVOKE, [secret.id]);
    expect(await service.authenticate(secret.token)).toBe(false);
  });
});
