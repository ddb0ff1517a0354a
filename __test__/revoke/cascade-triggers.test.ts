// A cascade on a table with what its owner has added: triggers and tables that are part of it.

import { expectFailure } from "../support/failures";
import { openService } from "../support/ours";
import { createPostgresDatabase, type PostgresDatabase } from "../support/postgres";
import { type OurService, PUBLISHABLE, SECRET } from "../support/service";

const BY = { revoked_by: "user_1", cascade: true };

describe("[postgres] A cascade on a table", () => {
  let database: PostgresDatabase;
  let service: OurService;

  beforeEach(async () => {
    database = await createPostgresDatabase();
    service = openService(database.url, { hashing: "sha256", callTimeout: 5_000 });
    await service.migrate();
  });
  afterEach(async () => {
    await service?.close();
    await database?.drop();
  });

  const beforeUpdates = (body: string) =>
    database.query(`
      CREATE FUNCTION owner_touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body}; RETURN NEW; END $$;
      CREATE TRIGGER owner_touch BEFORE UPDATE ON api_key FOR EACH ROW EXECUTE FUNCTION owner_touch()`);

  /** A root, and a secret and a publishable key that it created. */
  async function family() {
    const root = await service.createApiKeys(SECRET);
    const child = await service.createApiKeys({ ...SECRET, created_by: root.id });
    const publishable = await service.createApiKeys({ ...PUBLISHABLE, created_by: root.id });
    return [root, child, publishable];
  }

  it.each([
    ["with the present time", "NEW.updated_at := clock_timestamp()"],
    ["with a later time", "NEW.updated_at := clock_timestamp() + interval '1 hour'"],
    ["with the time of a slow clock", "NEW.updated_at := clock_timestamp() - interval '50 ms'"],
  ])("whose trigger overwrites updated_at %s ends all keys and returns them (M16)", async (_, body) => {
    await beforeUpdates(body);
    const keys = await family();
    const ended = await service.revoke({ id: keys[0]?.id ?? "" }, BY);
    expect(ended.map(({ id }) => id).sort()).toEqual(keys.map(({ id }) => id).sort());
    expect(await service.listApiKeys({ revoked_at: null })).toEqual([]);
    for (const { token } of keys.slice(0, 2)) expect(await service.authenticate(token)).toBe(false);
  });

  it("whose trigger skips a key fails at once and ends none (M16)", async () => {
    await beforeUpdates("IF OLD.title = 'Kept' THEN RETURN NULL; END IF");
    const [root] = await family();
    await service.createApiKeys({ ...SECRET, title: "Kept", created_by: root?.id ?? "" });
    const cascade = service.revoke(root?.id ?? "", BY);
    await expectFailure(cascade, "unexpected_state", /^A trigger or a row security policy .* prevents this change$/);
    expect(await service.listApiKeys({ revoked_at: null })).toHaveLength(4);
  });

  it("that another table inherits from ends no other key (M16)", async () => {
    await database.query("CREATE TABLE api_key_archive () INHERITS (api_key)");
    const keys = await family();
    const others = await service.createApiKeys(Array.from({ length: 20 }, () => ({ ...SECRET, title: "Old" })));
    await database.query(`WITH moved AS (DELETE FROM ONLY api_key WHERE title = 'Old' RETURNING *)
      INSERT INTO api_key_archive SELECT * FROM moved`);
    const samePlace = "SELECT FROM ONLY api_key AS key JOIN api_key_archive AS old ON key.ctid = old.ctid";
    expect((await database.query(samePlace)).length).toBeGreaterThan(0);
    const ended = await service.revoke({ id: keys[0]?.id ?? "" }, BY);
    expect(ended.map(({ id }) => id).sort()).toEqual(keys.map(({ id }) => id).sort());
    expect(await service.listApiKeys({ id: others.map(({ id }) => id), revoked_at: null })).toHaveLength(20);
  });
});
