// Writes of several keys beside a transaction that locks them in the opposite order, as a cascade may.

import pg from "pg";
import { type Implementation, STARTERS } from "../support/implementations";
import { type OurService, PUBLISHABLE, SECRET } from "../support/service";
import { until } from "../support/until";

const BY = { revoked_by: "user_1" };
const DEADLOCK_DETECTED = "40P01";

interface Crossing {
  /** What runs before the two cross. */
  prepare?: () => Promise<unknown>;
  call: () => Promise<unknown>;
  /** What `other` locks before the call, and what once the call waits for that. */
  first: () => Promise<unknown>;
  second: () => Promise<unknown>;
}

describe("[postgres] A write that the database aborts because it and another one wait for each other", () => {
  let ours: Implementation<OurService>;
  let other: pg.Client;
  let observer: pg.Client;

  beforeAll(async () => {
    ours = await STARTERS.postgres({ hashing: "sha256" });
    [other, observer] = [1, 2].map(() => new pg.Client({ connectionString: ours.url })) as [pg.Client, pg.Client];
    await Promise.all([other.connect(), observer.connect()]);
  });
  afterAll(async () => {
    await Promise.all([other.end(), observer.end()]);
    await ours.stop();
  });

  const aborted = async () => {
    const sql = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    return Number((await observer.query(sql)).rows[0].deadlocks);
  };
  const lock = (id: string) => other.query("SELECT 1 FROM api_key WHERE id = $1 FOR UPDATE", [id]);
  const insert = (id: string) =>
    other.query(
      `INSERT INTO api_key SELECT made.* FROM api_key AS model, jsonb_populate_record(model, jsonb_build_object(
        'id', $1::text, 'token', 'pk_' || $1::text, 'token_digest', NULL)) AS made WHERE model.id = 'apk_a'`,
      [id],
    );

  /**
   * Makes a call wait for the transaction of `other`, and then lets that wait for the call: PostgreSQL aborts the call.
   * It looks for a deadlock once in each wait, for the call after 1 s. If `other` waits later than that on a loaded
   * machine, PostgreSQL aborts `other`; then the keys are created again, and the two cross again.
   */
  async function crossing({ call, first, second, prepare = async () => undefined }: Crossing): Promise<unknown> {
    await ours.sql("DELETE FROM api_key");
    await ours.service.createApiKeys(["apk_a", "apk_b"].map((id) => ({ ...SECRET, id })));
    await prepare();
    await other.query("BEGIN; SET LOCAL deadlock_timeout = '4s'");
    await first();
    const before = await aborted();
    const outcome = call();
    outcome.catch(() => undefined);
    await until(async () => {
      const waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
      return (await observer.query(waiting)).rowCount === 1;
    });
    // Returns once the database has aborted one of the two.
    const late = await second().then(
      () => false,
      (error) => {
        if (error.code !== DEADLOCK_DETECTED) throw error;
        return true;
      },
    );
    await other.query("ROLLBACK");
    const written = await outcome;
    // More than once if the repeated call gets its first lock again before `other` has woken up.
    await until(async () => (await aborted()) > before);
    return late ? crossing({ call, first, second, prepare }) : written;
  }

  const WRITES: Record<string, () => Promise<unknown>> = {
    rollApiKeys: () => ours.service.rollApiKeys("apk_a", { revoked_by: "apk_b" }),
    createApiKeys: () => ours.service.createApiKeys(["apk_a", "apk_b"].map((id) => ({ ...SECRET, created_by: id }))),
    upsertApiKeys: () => ours.service.upsertApiKeys(["apk_a", "apk_b"].map((id) => ({ id, title: "New" }))),
    updateApiKeys: () => ours.service.updateApiKeys({ id: ["apk_a", "apk_b"] }, { title: "New" }),
    revoke: () => ours.service.revoke({ id: ["apk_a", "apk_b"] }, BY),
    "revoke with cascade": () => ours.service.revoke({ id: ["apk_a", "apk_b"] }, { ...BY, cascade: true }),
    softDeleteApiKeys: () => ours.service.softDeleteApiKeys(["apk_a", "apk_b"]),
    restoreApiKeys: () => ours.service.restoreApiKeys(["apk_a", "apk_b"]),
    ensureApiKeys: () =>
      ours.service.ensureApiKeys(
        ["apk_a", "apk_b"].map((id, index) => ({ ...SECRET, created_by: id, token: `sk_${`${index}0f`.repeat(21)}7` })),
        { allowWeak: true },
      ),
    importApiKeys: () =>
      ours.service.importApiKeys(
        ["apk_a", "apk_b"].map((id, index) => ({ title: "Old", created_by: id, sha256: `${index}f`.repeat(32) })),
      ),
  };

  const locks = { first: () => lock("apk_b"), second: () => lock("apk_a") };

  it.each(Object.keys(WRITES))("is repeated: %s", async (name) => {
    expect(await crossing({ call: WRITES[name] as () => Promise<unknown>, ...locks })).toBeTruthy();
  });

  it("is repeated: deleteApiKeys", async () => {
    const prepare = () => ours.service.softDeleteApiKeys(["apk_a", "apk_b"]);
    await crossing({ prepare, call: () => ours.service.deleteApiKeys(["apk_a", "apk_b"]), ...locks });
    expect(await ours.table()).toEqual([]);
  });

  it("is repeated: createApiKeys with one statement", async () => {
    const keys = ["apk_c", "apk_d"].map((id) => ({ ...PUBLISHABLE, id }));
    await crossing({
      call: () => ours.service.createApiKeys(keys),
      first: () => insert("apk_d"),
      second: () => insert("apk_c"),
    });
    expect((await ours.table()).map(({ id }) => id)).toEqual(["apk_a", "apk_b", "apk_c", "apk_d"]);
  });

  it("rolls the key once, with one successor", async () => {
    const call = () => ours.service.rollApiKeys("apk_a", { revoked_by: "apk_b" });
    const { created } = (await crossing({ call, ...locks })) as { created: { id: string; token: string } };
    const live = await ours.service.listApiKeys({ revoked_at: null });
    expect(live.map(({ id }) => id).sort()).toEqual(["apk_b", created.id].sort());
    expect(await ours.service.authenticate(created.token)).toMatchObject({ id: created.id });
  });
});
