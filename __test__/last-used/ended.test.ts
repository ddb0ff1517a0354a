// The SQL that writes last_used_at judges whether a key has ended as authenticate() does.

import fc from "fast-check";
import { describeOurs } from "../support/implementations";
import { openService } from "../support/ours";
import { SECRET } from "../support/service";
import { after, stopClock } from "../support/time";

const NOON = "2030-01-01T12:00:00.000Z";
const CHEAP = { argon2: { memoryKib: 8, iterations: 1 } };

/** Microseconds around a limit of the rule: the present, the end of a key, and one second after it. */
const near = fc
  .tuple(
    fc.constantFrom(-5_000, -1_001, -1_000, -999, -1, 0, 1, 999, 1_000, 1_001, 5_000),
    fc.constantFrom(0, 1, 499, 500, 501, 999),
  )
  .map(([ms, us]) => ms * 1_000 + us);

const key = fc.record({
  revokedAfterNoon: fc.option(near),
  updatedAfterRevocation: near,
  notedAsRevoked: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

/** A moment so many microseconds after noon, as the SQLite driver writes it. */
const moment = (us: number) => {
  const ms = Math.floor(us / 1_000);
  const [seconds, fraction] = after(NOON, ms / 1_000)
    .toISOString()
    .slice(0, -1)
    .split(".");
  const digits = `${fraction}${String(us - ms * 1_000).padStart(3, "0")}`;
  return `${seconds}${digits === "000000" ? "" : `.${digits.replace(/000$/, "")}`}+00:00`;
};

describeOurs(
  "last_used_at of a key that was changed since its use",
  (current) => {
    beforeEach(() => stopClock(NOON));
    afterEach(() => jest.useRealTimers());

    it("is written exactly if authenticate accepts the key at the time of that use, to the microsecond (M3)", async () => {
      const seen = new Set<boolean>();
      await fc.assert(
        fc.asyncProperty(fc.array(key, { minLength: 20, maxLength: 40 }), async (changes) => {
          const { sql, url } = current();
          const keys = await current().service.createApiKeys(changes.map(() => SECRET));
          // A use within the interval after the last one waits for close().
          await sql("UPDATE api_key SET last_used_at = ?", [moment(-60_000_000)]);
          const user = openService(url, { ...CHEAP, lastUsedInterval: 3_600_000 });
          for (const { token } of keys) await user.authenticate(token);
          for (const [index, { revokedAfterNoon, updatedAfterRevocation, notedAsRevoked }] of changes.entries()) {
            await sql("UPDATE api_key SET revoked_at = ?, updated_at = ? WHERE id = ?", [
              revokedAfterNoon === null ? null : moment(revokedAfterNoon),
              moment((revokedAfterNoon ?? 0) + updatedAfterRevocation),
              keys[index]?.id,
            ]);
            if (notedAsRevoked) {
              await sql("UPDATE api_key SET token_digest = '!' || token_digest WHERE id = ?", [keys[index]?.id]);
            }
          }
          await user.close();

          const judge = openService(url, { ...CHEAP, lastUsedInterval: false });
          for (const [index, { id, token }] of keys.entries()) {
            const accepted = (await judge.authenticate(token)) !== false;
            const [row] = await sql("SELECT last_used_at FROM api_key WHERE id = ?", [id]);
            const written = new Date(row?.last_used_at as string).toISOString() === NOON;
            expect({ ...changes[index], written }).toEqual({ ...changes[index], written: accepted });
            seen.add(accepted);
          }
          await judge.close();
        }),
        { numRuns: 15 },
      );

      expect([...seen].sort()).toEqual([false, true]);
    }, 120_000);
  },
  { ...CHEAP, lastUsedInterval: false },
);
