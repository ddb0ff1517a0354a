// The example examples/audit, run in a copy of its own.

import { execFile } from "node:child_process";
import { channel } from "node:diagnostics_channel";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { openService } from "../support/ours";
import { createPostgresDatabase, type PostgresDatabase } from "../support/postgres";
import { SECRET } from "../support/service";

const ROOT = join(__dirname, "../..");
const EXAMPLE = join(ROOT, "examples/audit");

interface AuditLog {
  dropped: number;
  start(): Promise<void>;
  flush(): Promise<void>;
  stop(): Promise<void>;
}

const auditLog = (url: string): AuditLog =>
  new (jest.requireActual<{ AuditLog: new (url: string) => AuditLog }>("../../examples/audit/audit-log").AuditLog)(url);

describe("[postgres] The audit example", () => {
  let database: PostgresDatabase;

  beforeEach(async () => {
    database = await createPostgresDatabase();
  });
  afterEach(() => database.drop());

  it("prints what its README shows", async () => {
    const folder = mkdtempSync(join(tmpdir(), "medusa-api-key-native-example-"));
    cpSync(EXAMPLE, folder, { recursive: true });
    const { dependencies } = JSON.parse(readFileSync(join(EXAMPLE, "package.json"), "utf8"));
    for (const name of Object.keys(dependencies)) {
      const link = join(folder, "node_modules", name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(name === "medusa-api-key-native" ? ROOT : join(ROOT, "node_modules", name), link, "junction");
    }
    const env = { ...process.env, DATABASE_URL: database.url };
    const { stdout } = await promisify(execFile)(process.execPath, ["index.js"], { cwd: folder, env });
    rmSync(folder, { recursive: true });
    const [, shown] = /```text\n(.*?)```/s.exec(readFileSync(join(EXAMPLE, "README.md"), "utf8")) ?? [];

    expect(stdout).toBe(shown);
  });

  it("keeps events while the table cannot be written, and writes them later in order", async () => {
    const service = openService(database.url, { hashing: "sha256" });
    const log = auditLog(database.url);
    await log.start();
    await database.query("ALTER TABLE api_key_audit RENAME TO elsewhere");
    const { id } = await service.createApiKeys(SECRET);
    await expect(log.flush()).rejects.toThrow(/api_key_audit/);
    await service.revoke(id, { revoked_by: "user_2" });
    await database.query("ALTER TABLE elsewhere RENAME TO api_key_audit");
    await log.stop();
    await service.revoke(id, { revoked_by: "user_2" }).catch(() => undefined);

    const rows = await database.query(
      'SELECT name, "keyId", actor, "endsAt" IS NULL AS lives FROM api_key_audit ORDER BY id',
    );
    expect(rows).toEqual([
      { name: "key.created", keyId: id, actor: "user_1", lives: true },
      { name: "key.revoked", keyId: id, actor: "user_2", lives: false },
    ]);
    await service.close();
  });

  it("stores no token and leaves out successful uses", async () => {
    const service = openService(database.url, { hashing: "sha256" });
    const log = auditLog(database.url);
    await log.start();
    const { token } = await service.createApiKeys(SECRET);
    await service.authenticate(token);
    await service.authenticate("sk_secret-of-somebody");
    await log.stop();
    const rows = await database.query("SELECT * FROM api_key_audit ORDER BY id");

    expect(rows.map(({ name }) => name)).toEqual(["key.created", "key.refused"]);
    expect(JSON.stringify(rows)).not.toMatch(new RegExp(`${token.slice(3)}|secret-of-somebody`));
    await service.close();
  });

  it("counts the events that it drops while too many wait", async () => {
    const log = auditLog(database.url);
    await log.start();
    const created = channel("medusa-api-key-native:key.created");
    for (let event = 0; event < 100_002; event++) created.publish({ name: "key.created" });
    await database.query("DROP TABLE api_key_audit");
    await log.stop().catch(() => undefined);

    expect(log.dropped).toBe(2);
  });
});
