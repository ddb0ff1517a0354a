// Triggers that were tampered with: a lease that rests on them must end, and `migrate()` must bring them back.

import { MAX_STALENESS_MS, openLeased, untilHeld, warm } from "../support/leased";
import { createPostgresDatabase, type PostgresDatabase } from "../support/postgres";
import { type OurService, SECRET } from "../support/service";
import { CHEAP, outcomeOf, withClient } from "../support/surroundings";

const MUTE_FUNCTION = `CREATE OR REPLACE FUNCTION api_key_native_changed() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RETURN NULL; END $$`;

describe("[postgres] With tampered triggers", () => {
  let database: PostgresDatabase;
  let service: OurService;

  beforeEach(async () => {
    database = await createPostgresDatabase();
    service = await openLeased(database.url, CHEAP);
  });
  afterEach(async () => {
    await service?.close();
    await database?.drop();
  });

  const warmKey = async () => {
    const { id, token } = await service.createApiKeys(SECRET);
    await untilHeld(service);
    await warm(service, () => service.authenticate(token));
    return { id, token };
  };
  /** Every trigger of ours that PostgreSQL did not make itself. */
  const triggers = async () =>
    (
      await database.query<{ tgname: string }>(
        "SELECT tgname FROM pg_trigger WHERE tgrelid = 'api_key'::regclass AND NOT tgisinternal AND tgname LIKE 'api_key_native%'",
      )
    ).map(({ tgname }) => tgname);
  /** The bound begins with the commit, and so before this does. */
  const pauseForBound = () => new Promise((resolve) => setTimeout(resolve, MAX_STALENESS_MS));

  it.each(["ENABLE ALWAYS", "ENABLE"])(
    "a change is noticed within the bound when one transaction disabled the triggers and set them to %s again",
    async (enable) => {
      const { id, token } = await warmKey();
      const names = await triggers();
      await withClient(database.url, async (client) => {
        await client.query("BEGIN");
        for (const name of names) await client.query(`ALTER TABLE api_key DISABLE TRIGGER "${name}"`);
        await client.query("UPDATE api_key SET revoked_at = now() WHERE id = $1", [id]);
        for (const name of names) await client.query(`ALTER TABLE api_key ${enable} TRIGGER "${name}"`);
        await client.query("COMMIT");
      });
      await pauseForBound();

      expect(await outcomeOf(service, token)).toBe("refused");
    },
  );

  it("a change is noticed within the bound when one transaction replaced and restored the function", async () => {
    const { id, token } = await warmKey();
    const [row] = await database.query<{ definition: string }>(
      "SELECT pg_get_functiondef('api_key_native_changed'::regproc) AS definition",
    );
    await withClient(database.url, async (client) => {
      await client.query("BEGIN");
      await client.query(MUTE_FUNCTION);
      await client.query("UPDATE api_key SET revoked_at = now() WHERE id = $1", [id]);
      await client.query(row?.definition ?? "");
      await client.query("COMMIT");
    });
    await pauseForBound();

    expect(await outcomeOf(service, token)).toBe("refused");
  });

  it.each<[string, () => Promise<string[]>]>([
    ["a function with another body", async () => [MUTE_FUNCTION]],
    [
      "a trigger that calls another function",
      async () => {
        const [name] = await triggers();
        const [row] = await database.query<{ definition: string }>(
          "SELECT pg_get_triggerdef(oid) AS definition FROM pg_trigger WHERE tgrelid = 'api_key'::regclass AND tgname = $1",
          [name],
        );
        return [
          MUTE_FUNCTION.replace("api_key_native_changed", "mute"),
          `DROP TRIGGER "${name}" ON api_key`,
          (row?.definition ?? "").replace(/EXECUTE FUNCTION .*$/, "EXECUTE FUNCTION mute()"),
          `ALTER TABLE api_key ENABLE ALWAYS TRIGGER "${name}"`,
        ];
      },
    ],
    [
      "a trigger that fires for another event",
      async () => {
        const [name] = await triggers();
        return [
          `DROP TRIGGER "${name}" ON api_key`,
          `CREATE TRIGGER "${name}" AFTER INSERT ON api_key FOR EACH STATEMENT EXECUTE FUNCTION api_key_native_changed()`,
          `ALTER TABLE api_key ENABLE ALWAYS TRIGGER "${name}"`,
        ];
      },
    ],
  ])("%s ends the lease with a reason, and migrate() repairs it", async (_, tamper) => {
    const { id, token } = await warmKey();
    const statements = await tamper();
    await withClient(database.url, (client) => client.query(`BEGIN; ${statements.join("; ")}; COMMIT`));
    await pauseForBound();
    const { lease } = await service.status();
    await database.query("UPDATE api_key SET revoked_at = now() WHERE id = $1", [id]);

    expect(await outcomeOf(service, token)).toBe("refused");
    expect(lease).toMatchObject({ held: false, reason: expect.stringMatching(/trigger/) });
    await service.migrate();
    const next = await warmKey();
    await database.query("UPDATE api_key SET revoked_at = now() WHERE id = $1", [next.id]);
    await pauseForBound();
    expect(await outcomeOf(service, next.token)).toBe("refused");
  });
});
