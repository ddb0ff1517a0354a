// What doctor finds on real databases. Poolers, standbys and TLS: __test__/surroundings and __test__/connection.

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeOnEachDatabase } from "../support/databases";
import { openService } from "../support/ours";
import { createPostgresDatabase, onServer, type PostgresDatabase } from "../support/postgres";
import { SECRET } from "../support/service";
import { createSqliteDatabase } from "../support/sqlite";
import { SqliteShell } from "../support/sqlite-shell";
import { cliOn, runProgram } from "./program";

interface Found {
  check: string;
  state: string;
  message: string;
  remedy: string | null;
}

/** The findings on a database that are not as they should be. */
async function findings(url: string, ...args: string[]): Promise<Found[]> {
  const { value } = await cliOn(url).json("doctor", ...args);
  return value.checks.filter(({ state }: Found) => state !== "ok");
}

const HASH_KEY = (id: string, byte: string) => ({ id, secret: byte.repeat(32) });

describeOnEachDatabase("doctor", (database) => {
  let url: string;
  let drop: () => Promise<void>;
  beforeEach(async () => {
    ({ url, drop } = await database.create());
    await cliOn(url).run("migrate");
  });
  afterEach(() => drop());

  it("finds nothing to mend in a new database, and exits with 0", async () => {
    const { exitCode, value } = await cliOn(url).json("doctor");

    expect([exitCode, value.ok, await findings(url)]).toEqual([0, true, []]);
    expect(value.checks.map(({ check }: Found) => check)).toEqual(
      database.name === "sqlite"
        ? ["connection", "file", "table", "keys", "stock"]
        : [
            "connection",
            "encryption",
            "pooler",
            "replica",
            "clock",
            "table",
            "privileges",
            "triggers",
            "keys",
            "stock",
          ],
    );
  });

  it("prints a line for each check, what to do, and a summary", async () => {
    const service = openService(url, { hashing: "sha256" });
    await service.createApiKeys(SECRET);
    await service.close();
    const { exitCode, stdout } = await cliOn(url).run("doctor");

    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^✓ ok {7}connection {4}Connected to\s+(?:postgres|sqlite):/);
    expect(stdout).toContain(`! note     stock         @medusajs/api-key cannot verify 1 key: 1 sha256.
                         → Only before a return to it: create its keys with --hashing scrypt and`);
    expect(stdout).toMatch(/\n\n0 problems, 1 note\n$/);
  });

  it("counts keys by hash scheme, and those that stock cannot verify", async () => {
    const hashKeys = [HASH_KEY("2026-11", "0f")];
    for (const options of [{ hashing: "scrypt" }, { hashing: "sha256" }, { hashing: "sha256", hashKeys }, {}]) {
      const service = openService(url, options);
      await service.createApiKeys(SECRET);
      await service.close();
    }
    const service = openService(url, { hashing: "scrypt" });
    await service.createApiKeys([
      { ...SECRET, scopes: ["a:b"] },
      { ...SECRET, expires_in: 0 },
      { ...SECRET, type: "publishable" },
    ]);
    await service.close();
    const { value } = await cliOn(url).json("doctor");
    const of = (name: string) => value.checks.find(({ check }: Found) => check === name);

    expect(of("keys").message).toBe(
      "Live: 5 secret (1 argon2id, 1 hmac-sha256, 2 scrypt, 1 sha256), 1 publishable. Ended: 1.",
    );
    expect(of("stock").message).toBe(
      "@medusajs/api-key cannot verify 4 keys: 1 argon2id, 1 sha256, 1 hmac-sha256, 1 restricted.",
    );
  });

  it("finds live keys whose hash key --options lacks, and hash keys that no key needs", async () => {
    const [old, present, next] = [HASH_KEY("old", "01"), HASH_KEY("present", "02"), HASH_KEY("next", "03")];
    for (const key of [old, present]) {
      const service = openService(url, { hashing: "sha256", hashKeys: [key] });
      await service.createApiKeys(SECRET);
      await service.close();
    }
    const folder = mkdtempSync(join(tmpdir(), "medusa-api-key-native-options-"));
    const file = join(folder, "options.json");
    const withKeys = async (hashKeys: object[]) => {
      writeFileSync(file, JSON.stringify({ hashing: "sha256", hashKeys }));
      const { exitCode, value } = await cliOn(url).json("doctor", "--options", file);
      return { exitCode, ...value.checks.find(({ check }: Found) => check === "hash keys") };
    };
    try {
      expect(await withKeys([present])).toMatchObject({
        exitCode: 3,
        message: "Live keys are rejected, because hashKeys lacks the hash keys of their hashes: old (1 key).",
      });
      expect(await withKeys([present, old])).toMatchObject({ exitCode: 0, state: "ok" });
      expect(await withKeys([present, old, next])).toMatchObject({
        state: "note",
        message: "No live key is hashed under next.",
        remedy: "These hash keys can be removed.",
      });
      expect(await findings(url)).toContainEqual(
        expect.objectContaining({
          check: "hash keys",
          message: expect.stringContaining("the hash keys old, present."),
        }),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("notes that a newer version migrated the table", async () => {
    const insert = `INSERT INTO api_key_native_migrations VALUES ('from_the_future', 1)`;
    if (database.name === "postgres") {
      await onServer(insert, new URL(url).pathname.slice(1));
    } else {
      const shell = new SqliteShell(url.slice("sqlite:".length));
      await shell.query(insert);
      await shell.close();
    }

    expect(await findings(url)).toEqual([
      expect.objectContaining({ check: "table", state: "note", message: expect.stringContaining("from_the_future") }),
    ]);
  });
});

describe("[postgres] doctor on a server", () => {
  let database: PostgresDatabase;
  beforeEach(async () => {
    database = await createPostgresDatabase();
    await cliOn(database.url).run("migrate");
  });
  afterEach(() => database.drop());

  it.each([
    ["disabled", "ALTER TABLE api_key DISABLE TRIGGER api_key_native_change"],
    ["dropped", "DROP TRIGGER api_key_native_clear ON api_key"],
    ["changed", "ALTER FUNCTION api_key_native_changed() SET search_path = public"],
  ])("finds a trigger that was %s, and migrate restores it", async (_, statement) => {
    await database.query(statement);
    expect(await findings(database.url)).toEqual([
      {
        check: "triggers",
        state: "problem",
        message: "The triggers that announce changes are missing, disabled or changed, so maxStaleness has no effect.",
        remedy: "Run: npx medusa-api-key-native migrate, which restores them.",
      },
    ]);
    expect((await cliOn(database.url).run("migrate")).exitCode).toBe(0);
    expect(await findings(database.url)).toEqual([]);
  });

  it("finds the privileges that a role lacks, and that it may not migrate", async () => {
    const role = `clerk_${process.pid}`;
    await onServer(`CREATE ROLE ${role} LOGIN PASSWORD 'clerk'`);
    const url = new URL(database.url);
    [url.username, url.password] = [role, "clerk"];
    try {
      await database.query(`GRANT SELECT ON api_key TO ${role}`);
      expect(await findings(url.href)).toEqual([
        expect.objectContaining({
          check: "privileges",
          message: "The role lacks the privileges INSERT, UPDATE, DELETE on the table.",
        }),
      ]);
      await database.query(`REVOKE SELECT ON api_key FROM ${role}`);
      expect((await findings(url.href)).map(({ check }) => check)).toEqual(["privileges", "keys"]);
      await database.query("ALTER TABLE api_key DROP COLUMN attributes");
      await database.query("DELETE FROM api_key_native_migrations WHERE version = 'attributes'");
      expect(await findings(url.href)).toContainEqual(
        expect.objectContaining({
          check: "table",
          remedy: expect.stringContaining("This role may not: use one that owns"),
        }),
      );
    } finally {
      await database.query(`DROP OWNED BY ${role}`);
      await onServer(`DROP ROLE ${role}`);
    }
  });

  it("finds a session that is read-only", async () => {
    const url = new URL(database.url);
    url.searchParams.set("options", "-c default_transaction_read_only=on");

    expect(await findings(url.href)).toEqual([
      expect.objectContaining({ check: "replica", state: "problem", message: expect.stringContaining("read-only") }),
    ]);
  });

  it("finds a wrong password and a missing schema, and exits with 3", async () => {
    const wrong = new URL(database.url);
    wrong.password = "hunter2";
    const { exitCode, stdout, stderr } = await runProgram(["doctor"], { env: { DATABASE_URL: wrong.href } });
    expect(exitCode).toBe(3);
    expect(stdout.replace(/\s+/g, " ")).toContain("the server rejected the user name or the password");
    expect(stdout + stderr).not.toContain("hunter2");
    expect(await findings(database.url, "--schema", "nowhere")).toEqual([
      expect.objectContaining({ check: "table", message: "The schema does not exist, or the role may not use it." }),
    ]);
  });
});

describe("[sqlite] doctor on a file", () => {
  it("finds a file that is not a database", async () => {
    const { url, path, drop } = await createSqliteDatabase();
    writeFileSync(path, "not a database ".repeat(100), { mode: 0o600 });

    expect(await findings(url)).toEqual([
      expect.objectContaining({ check: "connection", remedy: "Correct the path, or restore the file from a backup." }),
    ]);
    await drop();
  });

  it("notes a file that other users may read", async () => {
    const { url, path, drop } = await createSqliteDatabase();
    await cliOn(url).run("migrate");
    chmodSync(path, 0o644);

    expect(await findings(url)).toEqual([
      { check: "file", state: "note", message: expect.stringContaining("(mode 644)"), remedy: `chmod 600 ${path}` },
    ]);
    await drop();
  });
});
