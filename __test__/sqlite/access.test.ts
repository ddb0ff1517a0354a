// Permissions, lifetime and failures of an SQLite file.

import { existsSync, realpathSync } from "node:fs";
import { chmod, readdir, readFile, readlink, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { failureOf } from "../support/failures";
import { openService } from "../support/ours";
import { type ApiKey, PUBLISHABLE, SECRET } from "../support/service";
import { createSqliteDatabase, type SqliteDatabase } from "../support/sqlite";
import { SqliteShell } from "../support/sqlite-shell";
import { UnprivilegedService } from "./unprivileged";

const OPTIONS = { argon2: { memoryKib: 64, iterations: 1 } };
const REVOKE = "UPDATE api_key SET revoked_at = '2020-01-01T00:00:00.000+00:00', revoked_by = 'x' WHERE id = ?";
const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

describe("[sqlite] The file of a service", () => {
  let database: SqliteDatabase;

  beforeEach(async () => {
    database = await createSqliteDatabase();
  });
  afterEach(() => database.drop());

  it("has mode 0600 when the service creates it, and so have -wal and -shm (D13)", async () => {
    const service = openService(database.url, OPTIONS);
    await service.createApiKeys(SECRET);
    const names = await readdir(dirname(database.path));

    expect(names.sort()).toEqual(["api-keys.db", "api-keys.db-shm", "api-keys.db-wal"]);
    for (const name of names) expect(await modeOf(join(dirname(database.path), name))).toBe("600");
    await service.close();
  });

  it("has mode 0600 when it is created through a symbolic link", async () => {
    const target = join(dirname(database.path), "target.db");
    await symlink(target, database.path);
    const service = openService(database.url, OPTIONS);
    await service.createApiKeys(PUBLISHABLE);
    await service.close();

    expect(await modeOf(target)).toBe("600");
    expect(realpathSync(database.path)).toBe(realpathSync(target));
  });

  it("keeps its mode when it exists already", async () => {
    await writeFile(database.path, "");
    await chmod(database.path, 0o640);
    const service = openService(database.url, OPTIONS);
    await service.createApiKeys(PUBLISHABLE);
    await service.close();

    expect(await modeOf(database.path)).toBe("640");
  });

  it("is closed by close(), which leaves no descriptor, no -wal and no -shm", async () => {
    const open = async () => {
      if (!existsSync("/proc/self/fd")) return [];
      const links = (await readdir("/proc/self/fd")).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ""));
      return (await Promise.all(links)).filter((path) => path.startsWith(database.path));
    };
    for (let round = 0; round < 3; round++) {
      const service = openService(database.url, OPTIONS);
      const { token } = await service.createApiKeys(SECRET);
      await service.authenticate(token);
      await service.authenticate(token);
      await service.close();

      expect(await open()).toEqual([]);
      expect(await readdir(dirname(database.path))).toEqual(["api-keys.db"]);
    }
  });

  it("is resolved against the working directory when the service is constructed", async () => {
    const before = process.cwd();
    process.chdir(dirname(database.path));
    const service = openService("sqlite:api-keys.db", OPTIONS);
    process.chdir(before);
    await service.createApiKeys(PUBLISHABLE);
    await service.close();

    expect(existsSync(database.path)).toBe(true);
  });
});

describe("[sqlite] A file that a service cannot write", () => {
  let database: SqliteDatabase;
  let secret: ApiKey;
  let publishable: ApiKey;
  let reader: UnprivilegedService;

  const allow = (file: number, folder: number) =>
    Promise.all([chmod(database.path, file), chmod(dirname(database.path), folder)]);

  beforeEach(async () => {
    database = await createSqliteDatabase();
    const service = openService(database.url, OPTIONS);
    [secret, publishable] = await service.createApiKeys([SECRET, PUBLISHABLE]);
    await service.close();
    reader = new UnprivilegedService({ databaseUrl: database.url, ...OPTIONS });
  });
  afterEach(async () => {
    await reader.stop();
    await allow(0o600, 0o700);
    await database.drop();
  });

  it.each<[string, number, number]>([
    ["the file and its folder", 0o444, 0o555],
    ["the file", 0o444, 0o777],
    ["the folder", 0o666, 0o555],
  ])(
    "serves reads and authenticate when %s cannot be written, and rejects writes with the reason (D13)",
    async (_, file, folder) => {
      await allow(file, folder);
      const lookUp = { token: publishable.token, type: "publishable" };

      for (let call = 0; call < 3; call++) {
        expect(await reader.call("authenticate", secret.token)).toMatchObject({ answer: { id: secret.id } });
        expect(await reader.call("listApiKeys", lookUp)).toMatchObject({ answer: [{ id: publishable.id }] });
      }
      expect(await reader.call("listAndCountApiKeys", { q: "key" })).toMatchObject({ answer: [expect.anything(), 2] });
      expect(await reader.call("migrate")).toEqual({});
      const writes: [method: string, ...args: unknown[]][] = [
        ["createApiKeys", PUBLISHABLE],
        ["revoke", secret.id, { revoked_by: "x" }],
      ];
      for (const [method, ...args] of writes) {
        const { failure } = await reader.call(method, ...args);
        expect(failure).toEqual({
          type: "database_error",
          message: expect.stringMatching(
            /^The database could not carry out the call: the SQLite file.* cannot be (written|opened)\.$/,
          ),
          names: expect.not.arrayContaining(["sqlstate"]),
        });
      }
    },
  );

  it("rejects a key as soon as another process with more rights revokes it", async () => {
    await allow(0o444, 0o555);
    expect(await reader.call("authenticate", secret.token)).toMatchObject({ answer: { id: secret.id } });
    expect(await reader.call("authenticate", secret.token)).toMatchObject({ answer: { id: secret.id } });
    const shell = new SqliteShell(database.path);
    await allow(0o644, 0o755);
    await shell.query(REVOKE, [secret.id]);

    expect(await reader.call("authenticate", secret.token)).toEqual({ answer: false });
    await shell.close();
    expect(await reader.call("authenticate", secret.token)).toEqual({ answer: false });
    expect(await reader.call("retrieveApiKey", secret.id)).toMatchObject({ answer: { revoked_by: "x" } });
  });

  it("names the option migrate when the table is out of date", async () => {
    const shell = new SqliteShell(database.path);
    await shell.query("DELETE FROM api_key_native_migrations");
    await shell.close();
    await allow(0o444, 0o555);

    expect(await reader.call("authenticate", secret.token)).toMatchObject({
      failure: {
        type: "database_error",
        message: expect.stringMatching(/^databaseUrl: .*api-keys\.db.*`migrate`.*cannot be (written|opened)/),
      },
    });
  });
});

describe("[sqlite] An error of SQLite", () => {
  it("has a description without a code (D14)", async () => {
    const database = await createSqliteDatabase();
    await writeFile(database.path, await readFile(__filename));
    const service = openService(database.url);
    const error = await failureOf(service.listApiKeys());
    await service.close();
    await database.drop();

    expect(error.message).toMatch(/the file is not an SQLite database$/);
    expect(error).not.toHaveProperty("sqlstate");
  });

  it("has a description when a statement fails (D14)", async () => {
    const database = await createSqliteDatabase();
    const service = openService(database.url, OPTIONS);
    await service.createApiKeys(PUBLISHABLE);
    const shell = new SqliteShell(database.path);
    await shell.query("CREATE TRIGGER no BEFORE INSERT ON api_key BEGIN SELECT RAISE(ABORT, 'no'); END");
    await shell.close();
    const error = await failureOf(service.createApiKeys(PUBLISHABLE));
    await service.close();
    await database.drop();

    expect(error).toMatchObject({
      type: "database_error",
      message: "The database could not carry out the call: the table's constraints do not allow it.",
    });
    expect(error).not.toHaveProperty("sqlstate");
  });
});
