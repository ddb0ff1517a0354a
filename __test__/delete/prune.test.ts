// The deletion of keys that ended long ago.

import fc from "fast-check";
import { rejectsUnchanged } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { openService, startOurs } from "../support/ours";
import { createPostgresDatabase } from "../support/postgres";
import { PUBLISHABLE, SECRET, untyped } from "../support/service";
import { withClient } from "../support/surroundings";
import { after, stopClock } from "../support/time";

const NOW = new Date("2030-06-07T06:07:08.009Z");
const BEFORE = after(NOW, -1000);

/** Seconds from now, around the time before which keys are deleted. */
const moment = fc.option(fc.constantFrom(-5000, -1001, -1000, -999, -1, 0, 1000));
const keys = fc.array(fc.record({ revoked: moment, deleted: moment, secret: fc.boolean() }), { maxLength: 12 });

describeOurs(
  "prune",
  (current) => {
    const service = () => current().service;
    const unchanged = rejectsUnchanged(current);
    const ids = async () => (await current().table()).map((row) => row.id as string);
    const published = () =>
      current().emitted.flatMap(({ messages }) => messages as { name: string; data: { id: string } }[]);

    /** Creates keys that ended some seconds from now. */
    const fill = async (count: number, seconds: number, prefix = "old") => {
      const { id } = await service().createApiKeys({ ...PUBLISHABLE, id: prefix, revoked_at: after(NOW, seconds) });
      const others = "salt, redacted, title, type, created_by, created_at, updated_at, revoked_at";
      await current().sql(
        `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count})
        INSERT INTO api_key (id, token, ${others}) SELECT id || '-' || n, token || n, ${others}
        FROM api_key JOIN numbers ON n < ${count} WHERE id = ?`,
        [id],
      );
    };

    beforeEach(() => stopClock(NOW));
    afterEach(() => jest.useRealTimers());

    it("deletes exactly the keys that were revoked, expired or were deleted before the time (M18)", async () => {
      await fc.assert(
        fc.asyncProperty(keys, fc.option(fc.integer({ min: 1, max: 5 })), async (given, limit) => {
          await current().sql("DELETE FROM api_key");
          const at = (seconds: number | null) => (seconds === null ? null : after(NOW, seconds));
          await service().createApiKeys(
            given.map(({ revoked, deleted, secret }, index) => ({
              ...(secret ? SECRET : PUBLISHABLE),
              id: `key-${String(index).padStart(2, "0")}`,
              revoked_at: at(revoked),
              deleted_at: at(deleted),
            })),
          );
          const all = await ids();
          const due = all.filter((_, index) => {
            const { revoked, deleted } = given[index] as (typeof given)[number];
            return [revoked, deleted].some((seconds) => seconds !== null && seconds < -1000);
          });
          const gone = due.slice(0, limit ?? due.length);
          const expected = { deleted: gone.length, more: gone.length < due.length };
          const settings = { endedBefore: BEFORE, ...(limit === null ? {} : { limit }) };
          current().emitted.length = 0;

          expect(await service().prune({ ...settings, dryRun: true })).toEqual(expected);
          expect(await ids()).toEqual(all);
          expect(published()).toEqual([]);
          expect(await service().prune(settings)).toEqual(expected);
          expect(await ids()).toEqual(all.filter((id) => !gone.includes(id)));
          expect(published().map(({ name, data: { id } }) => [name, id])).toEqual(
            gone.map((id) => ["api_key.api-key.deleted", id]),
          );
        }),
        { numRuns: 40 },
      );
    }, 120_000);

    it("deletes several thousand keys in one call, and leaves the others", async () => {
      await fill(2_500, -5000);
      await fill(10, -10, "new");
      expect(await service().prune({ endedBefore: BEFORE.toISOString() })).toEqual({ deleted: 2_500, more: false });
      expect(await ids()).toHaveLength(10);
      expect(await service().prune({ endedBefore: NOW })).toEqual({ deleted: 10, more: false });
    }, 60_000);

    it("ends before callTimeout and says that more keys are due, until none is", async () => {
      // The pauses between the transactions take longer than a call may.
      await fill(110_000, -5000);
      const hasty = openService(current().url, { callTimeout: 1_000, lastUsedInterval: false });
      let [calls, deleted, more] = [0, 0, true];
      await hasty.listApiKeys({}, { take: 1 });
      while (more) {
        const pruned = await hasty.prune({ endedBefore: BEFORE });
        calls += 1;
        deleted += pruned.deleted;
        more = pruned.more;
        expect(pruned.deleted > 0 || !more).toBe(true);
      }
      await hasty.close();
      expect(deleted).toBe(110_000);
      expect(calls).toBeGreaterThan(1);
      expect(await ids()).toEqual([]);
    }, 60_000);

    it("gives other services the write lock between its transactions", async () => {
      await fill(5_000, -5000);
      const other = openService(current().url, { lastUsedInterval: false });
      await other.listApiKeys({}, { take: 1 });
      let isPruning = true;
      const pruning = service()
        .prune({ endedBefore: BEFORE })
        .finally(() => {
          isPruning = false;
        });
      let meanwhile = 0;
      while (isPruning) {
        await other.createApiKeys(PUBLISHABLE);
        if (isPruning) meanwhile += 1;
      }
      expect(await pruning).toEqual({ deleted: 5_000, more: false });
      expect(meanwhile).toBeGreaterThan(1);
      await other.close();
    }, 60_000);

    it.each<[string, unknown, RegExp]>([
      ["no argument", undefined, /^prune takes an object with endedBefore, 'undefined' found/],
      ["no time", {}, /^endedBefore is required/],
      ["an invalid date", { endedBefore: new Date("x") }, /^endedBefore is required/],
      ["an invalid string", { endedBefore: "last year" }, /^endedBefore is required/],
      ["a number", { endedBefore: 0 }, /^endedBefore is required/],
      ["a time in the future", { endedBefore: after(NOW, 0.001) }, /^endedBefore must not be in the future/],
      ["a limit of 0", { endedBefore: NOW, limit: 0 }, /^limit must be an integer of 1 or more/],
      ["a fraction as the limit", { endedBefore: NOW, limit: 1.5 }, /^limit must be an integer of 1 or more/],
      ["a dryRun of another type", { endedBefore: NOW, dryRun: "no" }, /^dryRun must be true or false/],
      ["dry_run", { endedBefore: NOW, dry_run: true }, /unknown member "dry_run" .* did you mean "dryRun"\?/],
      ["ended_before", { ended_before: NOW }, /unknown member "ended_before" .* did you mean "endedBefore"\?/],
    ])("rejects %s and deletes nothing (M18)", async (_, settings, message) => {
      await fill(1, -5000);
      await unchanged(async () => service().prune(untyped(settings)), message);
    });

    it("does not overlook a member that is inherited or not enumerable (M18)", async () => {
      await fill(3, -5000);
      const given = { endedBefore: BEFORE };
      const hidden = (name: string, value: unknown) =>
        Object.defineProperty({ ...given }, name, { value, enumerable: false });
      const inherited = (members: object) => Object.assign(Object.create(members), given);
      for (const settings of [hidden("dryRun", true), inherited({ dryRun: true })]) {
        expect(await service().prune(settings)).toEqual({ deleted: 3, more: false });
      }
      expect(await ids()).toHaveLength(3);
      for (const settings of [hidden("limit", 1), inherited({ limit: 1 })]) {
        expect(await service().prune(settings)).toEqual({ deleted: 1, more: true });
      }
      expect(await ids()).toHaveLength(1);
    });

    it("deletes a key that is both revoked and soft-deleted, and leaves one whose revocation was undone", async () => {
      await fill(3, -5000);
      await service().softDeleteApiKeys(["old"]);
      await current().sql("UPDATE api_key SET revoked_at = NULL WHERE id = ?", ["old-1"]);
      expect(await service().prune({ endedBefore: BEFORE })).toEqual({ deleted: 2, more: false });
      expect(await ids()).toEqual(["old-1"]);
    });
  },
  { hashing: "sha256" },
);

describe("[postgres] prune beside a transaction that changes a key", () => {
  it("leaves the key and says that more are due, and deletes the others", async () => {
    const database = await createPostgresDatabase();
    const { service, stop } = await startOurs(database.url);
    const revoked_at = new Date("2020-01-01");
    await service.createApiKeys(["a", "b", "c"].map((id) => ({ ...PUBLISHABLE, id, revoked_at })));
    const endedBefore = "2021-01-01";
    await withClient(database.url, async (client) => {
      await client.query("BEGIN");
      await client.query("UPDATE api_key SET revoked_at = NULL WHERE id = 'b'");
      expect(await service.prune({ endedBefore })).toEqual({ deleted: 2, more: true });
      expect(await service.prune({ endedBefore })).toEqual({ deleted: 0, more: true });
      await client.query("COMMIT");
    });
    expect(await service.prune({ endedBefore })).toEqual({ deleted: 0, more: false });
    expect((await service.listApiKeys()).map(({ id }) => id)).toEqual(["b"]);
    await stop();
    await database.drop();
  });
});
