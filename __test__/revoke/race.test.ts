// One process authenticates without a pause, another revokes: no success starts later than the bound allows.
//
// What is compared are moments of one clock with the bound that is promised, which is the property itself.

import { openService, startOurs } from "../support/ours";
import { createPostgresDatabase } from "../support/postgres";
import type { OurService } from "../support/service";
import { createSqliteDatabase } from "../support/sqlite";
import { SqliteShell } from "../support/sqlite-shell";
import { startStock } from "../support/stock";
import { CHEAP } from "../support/surroundings";
import { Authenticator, type Contender, run } from "./race";

const ROUNDS = Number(process.env.RACE_ROUNDS ?? 100);
const LEASE_MS = 200;
const NEVER = 2 ** 31 - 1;

/** Cheap, as only the first authentication of a key derives anything. */

type Revoke = (key: Contender) => Promise<unknown>;

/** One way of revoking after another, each as often as the others. */
const inTurn =
  (ways: Revoke[]) =>
  (key: Contender, round: number): Promise<unknown> =>
    (ways[round % ways.length] as Revoke)(key);

const through =
  (service: OurService): Revoke =>
  (key) =>
    service.revoke(key.id, { revoked_by: "user_1" });

function report(mode: string, rounds: number, worstMs: number, boundMs: number): void {
  if (process.env.RACE_ROUNDS === undefined) return;
  const when = `${Math.abs(worstMs).toFixed(3)} ms ${worstMs < 0 ? "before" : "after"} the commit returned`;
  process.stdout.write(`${mode}: ${rounds} rounds; the latest success started ${when} (bound: ${boundMs} ms)\n`);
}

describe("[postgres] No success starts after a revocation by this package, by SQL or by stock", () => {
  it.each([
    ["in strict mode", {}, 0],
    [`by more than maxStaleness, ${LEASE_MS} ms, in leased mode`, { maxStaleness: LEASE_MS }, LEASE_MS],
  ])(
    "%s",
    async (mode, options, boundMs) => {
      const database = await createPostgresDatabase();
      const stock = await startStock(database.url);
      const ours = await startOurs(database.url, CHEAP);
      const authenticator = new Authenticator({ databaseUrl: database.url, ...CHEAP, ...options });

      const { rounds, worstMs } = await run(
        ROUNDS,
        authenticator,
        ours.service,
        inTurn([
          through(ours.service),
          (key) => database.query("UPDATE api_key SET revoked_at = now(), revoked_by = 'psql' WHERE id = $1", [key.id]),
          (key) => stock.service.revoke(key.id, { revoked_by: "user_1" }),
        ]),
      ).finally(async () => {
        await authenticator.stop();
        await ours.stop();
        await stock.stop();
        await database.drop();
      });
      report(`PostgreSQL, ${mode}`, rounds, worstMs, boundMs);

      expect(worstMs).toBeLessThanOrEqual(boundMs);
    },
    NEVER,
  );
});

describe("[sqlite] No success starts after a revocation", () => {
  it(
    "by this package or by SQL",
    async () => {
      const database = await createSqliteDatabase();
      const service = openService(database.url, CHEAP);
      await service.migrate();
      const shell = new SqliteShell(database.path);
      const authenticator = new Authenticator({ databaseUrl: database.url, ...CHEAP });

      const { rounds, worstMs } = await run(
        ROUNDS,
        authenticator,
        service,
        inTurn([
          through(service),
          (key) =>
            shell.query("UPDATE api_key SET revoked_at = '2020-01-01T00:00:00.000Z', revoked_by = 'x' WHERE id = ?", [
              key.id,
            ]),
        ]),
      ).finally(async () => {
        await authenticator.stop();
        await shell.close();
        await service.close();
        await database.drop();
      });
      report("SQLite", rounds, worstMs, 0);

      expect(worstMs).toBeLessThanOrEqual(0);
    },
    NEVER,
  );
});
