// Who may do what with an SQLite file.

import { existsSync, realpathSync } from "node:fs";
import { chmod, readdir, readFile, readlink, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { failureOf } from "../support/failures";
import { openService } from "../support/ours";
import { type ApiKey, PUBLISHABLE, SECRET } from "../support/service";
import { createSqliteDatabase, type SqliteDatabase } from "../support/sqlite";
import { SqliteShell } from "../support/sqlite-shell";
import { UnprivilegedService } from "../support/unprivileged";

const OPTIONS = { argon2: { memoryKib: 64, iterations: 1 } };
const REVOKE = "UPDATE api_key SET revoked_at = '2020-01-01T00:00:00.000+00:00', revoked_by = 'x' WHERE id = ?";
const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

describe("[sqlite] The file of a service", () => {
  let database: SqliteDatabase;

  beforeEach(async () => {
    database = await createSqliteDatabase();
  });
  afterEach(() => database.drop());

  it("can be read by its owner only when the service has made it, and so can what SQLite keeps beside it", async () => {
    const service = openService(database.url, OPTIONS);
    await service.createApiKeys(SECRET);
    const names = await readdir(dirname(database.path));

    expect(names.sort()).toEqual(["api-keys.db", "api-keys.db-shm", "api-keys.db-wal"]);
    for (const name of names) expect(await modeOf(join(dirname(database.path), name))).toBe("600");
    await service.close();
  });

  it("can be read by its owner only when it was made where a symbolic link led", async () => {
    const target = join(dirname(database.path), "target.db");
    await symlink(target, database.path);
    const service = openService(database.url, OPTIONS);
    await service.createApiKeys(PUBLISHABLE);
    await service.close();

    expect(await modeOf(target)).toBe("600");
    expect(realpathSync(database.path)).toBe(realpathSync(target));
  });

  it("keeps the mode that it has", async () => {
    await writeFile(database.path, "");
    await chmod(database.path, 0o640);
    const service = openService(database.url, OPTIONS);
    await service.createApiKeys(PUBLISHABLE);
    await service.close();

    expect(await modeOf(database.path)).toBe("640");
  });

  it("is closed when its service is, with everything beside it", async () => {
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

  it("is the one of the working directory that there was when the service was made", async () => {
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
  ])("answers reads and authenticates when it is %s, and says so when it is to write", async (_, file, folder) => {
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
  });

  it("refuses a key at once that another process with more rights has revoked", async () => {
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

  it("says what lacks when the table would have to be made or brought up to date", async () => {
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

describe("[sqlite] A failure of SQLite", () => {
  it("is told in words, without a code", async () => {
    const database = await createSqliteDatabase();
    await writeFile(database.path, await readFile(__filename));
    const service = openService(database.url);
    const error = await failureOf(service.listApiKeys());
    await service.close();
    await database.drop();

    expect(error.message).toMatch(/the file is not an SQLite database$/);
    expect(error).not.toHaveProperty("sqlstate");
  });

  it("is told in words when a statement fails on a table that somebody else has changed", async () => {
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
