// What the triggers tell whoever listens.

import { createHash, randomBytes } from "node:crypto";
import pg from "pg";
import { startOurs } from "../support/ours";
import { createPostgresDatabase, type PostgresDatabase } from "../support/postgres";
import { type OurService, PUBLISHABLE, SECRET, type Service } from "../support/service";
import { type Running, startStock } from "../support/stock";
import { until } from "../support/until";

/** The notification for a key: the start of its id's SHA-256. */
const notice = (id: string) => `=${createHash("sha256").update(id).digest("hex").slice(0, 32)}`;

describe("[postgres] The triggers on api_key notify", () => {
  let database: PostgresDatabase;
  let stock: Running<Service>;
  let ours: Running<OurService>;
  let listener: pg.Client;
  let told: string[];

  beforeAll(async () => {
    database = await createPostgresDatabase();
    stock = await startStock(database.url);
    ours = await startOurs(database.url);
    listener = new pg.Client({ connectionString: database.url });
    await listener.connect();
    listener.on("notification", ({ payload }) => told.push(payload ?? ""));
    const [table] = await database.query<{ oid: string }>("SELECT 'api_key'::regclass::oid::text AS oid");
    await listener.query(`LISTEN api_key_native_changes_${table?.oid}`);
  });
  beforeEach(async () => {
    told = [];
    await database.query("DELETE FROM api_key");
    await heard();
    told = [];
  });
  afterAll(async () => {
    await listener?.end();
    await ours?.stop();
    await stock?.stop();
    await database?.drop();
  });

  /** All that was told so far: what is told comes in the order of commits, and so before a mark that is set now. */
  const heard = async () => {
    const mark = `mark ${randomBytes(8).toString("hex")}`;
    await database.query("SELECT pg_notify('api_key_native_changes_' || 'api_key'::regclass::oid, $1)", [mark]);
    await until(() => told.includes(mark));
    return told.filter((line) => !line.startsWith("mark "));
  };

  it("nothing on a creation", async () => {
    await ours.service.createApiKeys([SECRET, PUBLISHABLE]);

    expect(await heard()).toEqual([]);
  });

  it.each(["last_used_at = now()", "title = title", "last_used_at = now(), token_digest = token_digest"])(
    "nothing on an update to %s",
    async (assignment) => {
      await ours.service.createApiKeys([SECRET, PUBLISHABLE]);
      await database.query(`UPDATE api_key SET ${assignment}`);

      expect(await heard()).toEqual([]);
    },
  );

  it.each([
    "token = token || 'x'",
    "salt = salt || 'x'",
    "redacted = 'sk_1***2'",
    "title = 'Another'",
    "created_by = 'user_2'",
    "revoked_by = 'user_2'",
    "revoked_at = now()",
    "deleted_at = now()",
    "created_at = now() + interval '1 day'",
    "updated_at = now() + interval '1 day'",
    "type = 'publishable'",
    "last_used_at = now(), title = 'Another'",
    "token_digest = '!' || token_digest",
  ])("exactly the updated key on an update to %s", async (assignment) => {
    const [{ id }] = await ours.service.createApiKeys([SECRET, SECRET]);
    await database.query(`UPDATE api_key SET ${assignment} WHERE id = $1`, [id]);

    expect(await heard()).toEqual([notice(id)]);
  });

  it("the former id when an id changes", async () => {
    const { id } = await ours.service.createApiKeys(SECRET);
    await database.query("UPDATE api_key SET id = 'apk_another'");

    expect(await heard()).toEqual([notice(id)]);
  });

  it.each([
    [100, 100],
    [101, 101],
    [150, 101],
  ])("of %i simultaneous changes in %i messages", async (keys, messages) => {
    await ours.service.createApiKeys(Array.from({ length: keys }, () => PUBLISHABLE));
    await database.query("UPDATE api_key SET title = 'All'");
    const updated = await heard();
    told = [];
    await database.query("DELETE FROM api_key");
    const deleted = await heard();

    for (const lines of [updated, deleted]) {
      expect(lines).toHaveLength(messages);
      expect(lines.filter((line) => /^=[0-9a-f]{32}$/.test(line))).toHaveLength(100);
      expect(lines.filter((line) => line === "*")).toHaveLength(messages - 100);
    }
  });

  it("of a key with an id of any length", async () => {
    await ours.service.createApiKeys({ ...PUBLISHABLE });
    await database.query("UPDATE api_key SET id = repeat('x', 5000)");
    await heard();
    told = [];
    await database.query("UPDATE api_key SET title = 'Another'");

    expect(await heard()).toEqual([notice("x".repeat(5000))]);
  });

  it("without sending an id", async () => {
    const { id } = await ours.service.createApiKeys(PUBLISHABLE);
    await database.query("UPDATE api_key SET title = 'Another'");

    expect((await heard()).join()).not.toContain(id);
  });

  it("that any key may have changed on TRUNCATE", async () => {
    await database.query("TRUNCATE api_key");

    expect(await heard()).toEqual(["*"]);
  });

  it("nothing on a rolled-back change", async () => {
    const { id } = await ours.service.createApiKeys(PUBLISHABLE);
    await listener.query("BEGIN");
    await listener.query("UPDATE api_key SET title = 'Another' WHERE id = $1", [id]);
    await listener.query("ROLLBACK");

    expect(await heard()).toEqual([]);
  });

  it("on changes by a session in replica mode", async () => {
    const { id } = await ours.service.createApiKeys(PUBLISHABLE);
    const session = new pg.Client({ connectionString: database.url });
    await session.connect();
    await session.query("SET session_replication_role = replica");
    await session.query("UPDATE api_key SET title = 'Another'");
    await session.end();

    expect(await heard()).toEqual([notice(id)]);
  });

  it("on every write by stock", async () => {
    const { id } = await stock.service.createApiKeys(PUBLISHABLE);
    const lines: string[][] = [];
    for (const write of [
      () => stock.service.updateApiKeys(id, { title: "Another" }),
      () => stock.service.softDeleteApiKeys(id),
      () => stock.service.restoreApiKeys(id),
      () => stock.service.revoke(id, { revoked_by: "user_1" }),
      () => stock.service.deleteApiKeys([id]),
    ]) {
      told = [];
      await write();
      lines.push([...new Set(await heard())]);
    }

    expect(lines).toEqual(Array.from({ length: 5 }, () => [notice(id)]));
  });

  it("once on every write by this package", async () => {
    const { id } = await ours.service.createApiKeys(PUBLISHABLE);
    const lines: string[][] = [];
    for (const write of [
      () => ours.service.updateApiKeys(id, { title: "Another" }),
      () => ours.service.softDeleteApiKeys(id),
      () => ours.service.restoreApiKeys(id),
      () => ours.service.revoke(id, { revoked_by: "user_1" }),
      () => ours.service.deleteApiKeys([id]),
    ]) {
      told = [];
      await write();
      lines.push(await heard());
    }

    expect(lines).toEqual(Array.from({ length: 5 }, () => [notice(id)]));
  });
});
