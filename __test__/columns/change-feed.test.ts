// Which columns' changes the triggers announce, so that services that remember a key forget it.

import { createHash } from "node:crypto";
import pg from "pg";
import { DECLARED } from "../support/declaration";
import { openService } from "../support/ours";
import { createPostgresDatabase, type PostgresDatabase } from "../support/postgres";
import { PUBLISHABLE } from "../support/service";
import { until } from "../support/until";

describe("[postgres] The change feed", () => {
  let database: PostgresDatabase;
  let listener: pg.Client;
  let announced: string[] = [];
  let id: string;

  beforeAll(async () => {
    database = await createPostgresDatabase();
    const service = openService(database.url);
    ({ id } = await service.createApiKeys(PUBLISHABLE));
    await service.close();
    // Any value of any column will do.
    await database.query("ALTER TABLE api_key DROP CONSTRAINT api_key_type_check");
    listener = new pg.Client({ connectionString: database.url });
    await listener.connect();
    listener.on("notification", ({ payload }) => announced.push(payload ?? ""));
    const [table] = await database.query<{ oid: string }>("SELECT 'api_key'::regclass::oid::text AS oid");
    await listener.query(`LISTEN api_key_native_changes_${table?.oid}`);
  });
  beforeEach(() => {
    announced = [];
  });
  afterAll(async () => {
    await listener?.end();
    await database?.drop();
  });

  /** The payloads of an update, in the order of commits. */
  async function payloadsOf(update: string): Promise<string[]> {
    await database.query(update);
    await database.query("SELECT pg_notify('api_key_native_changes_' || 'api_key'::regclass::oid, 'end')");
    await until(() => announced.includes("end"));
    return announced.filter((payload) => payload !== "end");
  }

  const notice = () => [`=${createHash("sha256").update(id).digest("hex").slice(0, 32)}`];
  const columns = [...DECLARED.fields.map(({ name }) => name), ...DECLARED.internal];
  const timed = new Set(DECLARED.fields.filter(({ kind }) => kind === "time").map(({ name }) => name));

  // The index on owners needs JSON.
  const textFor = (column: string) => (column === "attributes" ? '{"purpose":"changed"}' : `changed ${column}`);

  it.each(columns)("announces a change of %s, unless the column is declared silent", async (column) => {
    const value = timed.has(column) ? "now() + interval '1 day'" : `'${textFor(column)}'`;
    const payloads = await payloadsOf(`UPDATE api_key SET "${column}" = ${value}`);
    expect(payloads).toEqual(DECLARED.silent.includes(column) ? [] : notice());
    if (column === "id") id = `changed ${column}`;
  });

  it("announces no update that changes nothing", async () => {
    expect(
      await payloadsOf(`UPDATE api_key SET ${columns.map((column) => `"${column}" = "${column}"`).join(", ")}`),
    ).toEqual([]);
  });

  it("announces a change of a column that another program added, whatever its type", async () => {
    await database.query("ALTER TABLE api_key ADD COLUMN extra json");
    expect(await payloadsOf(`UPDATE api_key SET extra = '{"a": 1}'`)).toEqual(notice());
  });

  it("announces a change of a value that cannot be converted to jsonb", async () => {
    await database.query(`UPDATE api_key SET extra = '{"a": "\\u0000"}'`);
    expect(await payloadsOf("UPDATE api_key SET title = 'with an unusual value'")).toContain(notice()[0]);
  });

  it("lets writes pass when a silent column is gone", async () => {
    await database.query("ALTER TABLE api_key DROP COLUMN last_used_at");
    expect(await payloadsOf("UPDATE api_key SET title = 'another'")).toEqual(notice());
  });
});
