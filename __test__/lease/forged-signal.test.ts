// A role that may connect and nothing else, and that tries to renew a lease with signals of its own making.

import { randomBytes } from "node:crypto";
import pg from "pg";
import { Relay } from "../../harness/relay.js";
import { openLeased } from "../support/leased";
import { createPostgresDatabase, onServer, type PostgresDatabase } from "../support/postgres";
import { type OurService, SECRET } from "../support/service";
import { CHEAP, outcomeOf, revokeBySql } from "../support/surroundings";
import { until } from "../support/until";

/** More than the service sends while the listener lags. */
const FORGERIES = 30;
const LAG_MS = 1_500;
const BOUND_MS = 500;

describe("[postgres] A role without rights on the table", () => {
  const role = `stranger_${randomBytes(6).toString("hex")}`;
  let database: PostgresDatabase;
  let relay: Relay;
  let service: OurService;
  let stranger: pg.Client;
  let heard: string[];
  let channel: string;

  const signals = () => heard.filter((payload) => payload.startsWith("#"));
  /** Sends the signals that will follow, again and again: they arrive when the service has just sent its own. */
  const forge = () => {
    let stopped = false;
    const forging = (async () => {
      while (!stopped) {
        for (const payload of foresee(signals())) await stranger.query("SELECT pg_notify($1, $2)", [channel, payload]);
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    })();
    return {
      stop: () => {
        stopped = true;
        return forging;
      },
    };
  };

  beforeEach(async () => {
    database = await createPostgresDatabase();
    await onServer(`CREATE ROLE ${role} LOGIN PASSWORD 'stranger'`);
    relay = await Relay.start(database.url);
    service = await openLeased(relay.url, { ...CHEAP, maxStaleness: BOUND_MS });
    const url = new URL(database.url);
    url.username = role;
    url.password = "stranger";
    stranger = new pg.Client({ connectionString: url.href });
    stranger.on("error", () => undefined);
    heard = [];
    stranger.on("notification", ({ processId, payload }) => {
      if (processId !== (stranger as unknown as { processID: number }).processID) heard.push(payload ?? "");
    });
    await stranger.connect();
    const { rows } = await stranger.query("SELECT 'api_key'::regclass::oid::text AS oid");
    channel = `api_key_native_changes_${rows[0].oid}`;
    await stranger.query(`LISTEN ${channel}`);
  });
  afterEach(async () => {
    await stranger?.end();
    await service?.close();
    await relay?.stop();
    await database?.drop();
    await onServer(`DROP ROLE IF EXISTS ${role}`);
  });

  it("cannot extend a lease with predicted signals while the listener lags", async () => {
    const { id, token } = await service.createApiKeys(SECRET);
    await until(() => signals().length > 2);
    relay.listenersLagMs = LAG_MS;
    const forging = forge();
    // The gap that the lag begins with ends every lease; one that stands after it was forged.
    const begun = performance.now();
    await until(() => performance.now() - begun > 2 * LAG_MS);
    for (let round = 0; round < 10; round++) await service.authenticate(token);
    await revokeBySql(database.url, id);
    const revoked = performance.now();
    let latest = Number.NEGATIVE_INFINITY;
    for (;;) {
      const started = performance.now() - revoked;
      if (started > 2 * LAG_MS) break;
      if ((await outcomeOf(service, token)) === "accepted") latest = started;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await forging.stop();

    expect(latest).toBeLessThanOrEqual(BOUND_MS);
  });

  it("sees signals with 128 bits that never repeat", async () => {
    await until(() => signals().length >= 8);
    const random = signals().map((payload) => /[0-9a-f]{32}(?!.*[0-9a-f]{32})/.exec(payload)?.[0] ?? "none");

    expect(random).not.toContain("none");
    expect(new Set(random).size).toBe(random.length);
  });
});

/** The signals that would follow, were their last number the only thing that changes. */
function foresee(signals: string[]): string[] {
  const numbered = signals.map((payload) => /^(.*?)(\d+)$/.exec(payload)).filter((match) => match !== null);
  const last = Math.max(...numbered.map((match) => Number(match[2])));
  const rest = numbered[0]?.[1] ?? "#";
  return Array.from({ length: FORGERIES }, (_, index) => `${rest}${last + 1 + index}`);
}
