// A revocation that also ends what the keys created.

import fc from "fast-check";
import { failureOf, rejectsUnchanged } from "../support/failures";
import { describeOurs, type Row } from "../support/implementations";
import { PUBLISHABLE, SECRET, untyped } from "../support/service";
import { after, stopClock } from "../support/time";

const NOW = new Date("2030-06-07T06:07:08.009Z");
const BY = { revoked_by: "user_admin" };
const CASCADE = { ...BY, cascade: true } as const;

const idsOf = (keys: readonly { id: string }[]) => keys.map(({ id }) => id);

/** A key of a random graph. Its creator is another key of the graph, itself, or a user. */
interface Node {
  creator: number | null;
  /** The seconds from now until it ends. */
  end: number | null;
  deleted: boolean;
}

const SIZE = 12;
const node: fc.Arbitrary<Node> = fc.record({
  creator: fc.option(fc.nat(SIZE - 1), { freq: 5 }),
  end: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, fc.constantFrom(-3600, -1, 30, 60, 90)),
  deleted: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
});
const graph = fc.record({
  nodes: fc.array(node, { minLength: 1, maxLength: SIZE }),
  named: fc.array(fc.nat(SIZE - 1), { minLength: 1, maxLength: 3 }),
  revoke_in: fc.constantFrom(0, 60),
  hasIndex: fc.boolean(),
});

// Half of the ids have the form of generated ones.
const idOf = (index: number) =>
  index % 2 === 0 ? `apk_01HZZZZZZZZZZZZZZZZZZZZZ${String(index).padStart(2, "0")}` : `key-${index}`;

/** The ids that a cascade ends, in order, found without SQL. */
function expectedOf(nodes: readonly Node[], roots: readonly number[], end: number): string[] {
  const reached = new Set(roots);
  for (const one of reached) {
    nodes.forEach(({ creator }, index) => {
      if (creator === one) reached.add(index);
    });
  }
  const ends = [...reached].filter((index) => {
    const own = (nodes[index] as Node).end;
    return own === null || (own > 0 && own > end);
  });
  const sorted = (wanted: boolean) =>
    ends
      .filter((index) => roots.includes(index) === wanted)
      .map(idOf)
      .sort();
  return [...sorted(true), ...sorted(false)];
}

describeOurs(
  "revoke with cascade",
  (current) => {
    const service = () => current().service;
    const published = () => current().emitted.flatMap(({ messages }) => messages as { name: string; data: object }[]);
    const unchanged = rejectsUnchanged(current);

    afterEach(() => jest.useRealTimers());

    it("ends exactly the live keys that any graph of creators leads to, after a dry run has listed them (M16)", async () => {
      stopClock(NOW);
      await fc.assert(
        fc.asyncProperty(graph, async ({ nodes, named, revoke_in, hasIndex }) => {
          await current().sql("DELETE FROM api_key");
          await current().sql(
            hasIndex
              ? `CREATE INDEX IF NOT EXISTS "IDX_api_key_created_by" ON api_key (created_by)`
              : `DROP INDEX IF EXISTS "IDX_api_key_created_by"`,
          );
          const rows = nodes.map(({ end, deleted }, index) => ({
            ...(index % 3 === 0 ? SECRET : PUBLISHABLE),
            id: idOf(index),
            revoked_at: end === null ? null : after(NOW, end),
            deleted_at: deleted ? NOW : null,
            created_at: after(NOW, -7200),
            updated_at: after(NOW, -7200),
          }));
          await service().createApiKeys(rows);
          for (const [index, { creator }] of nodes.entries()) {
            const created_by = creator === null ? "user_1" : idOf(creator % nodes.length);
            await current().sql("UPDATE api_key SET created_by = ? WHERE id = ?", [created_by, idOf(index)]);
          }
          const known = nodes.map((one) => ({
            ...one,
            creator: one.creator === null ? null : one.creator % nodes.length,
          }));
          const target = [...new Set(named.map((index) => index % nodes.length))];
          const visible = target.filter((index) => !known[index]?.deleted);
          const expected = expectedOf(known, visible, revoke_in);
          const before = await current().table();
          const data = { ...CASCADE, revoke_in };
          current().emitted.length = 0;

          const listed = await service().revoke({ id: target.map(idOf) }, { ...data, dry_run: true });
          expect(idsOf(listed)).toEqual(expected);
          expect(await current().table()).toEqual(before);
          expect(published()).toEqual([]);
          const ended = await service().revoke({ id: target.map(idOf) }, data);
          expect(idsOf(ended)).toEqual(expected);
          for (const key of ended)
            expect(key).toMatchObject({ ...BY, revoked_at: after(NOW, revoke_in), updated_at: NOW });
          expect(published().map(({ data: { id } }: { data: { id?: string } }) => id)).toEqual(expected);

          const hit = new Set(expected);
          // An immediate cascade marks keys whose end has passed; those without a digest by the time of their last change.
          const unmarked = (row: Row) => ({
            ...row,
            token_digest: (row.token_digest as string | null)?.replace("!", ""),
            ...(row.token_digest === null && row.revoked_at !== null && { updated_at: null }),
          });
          const others = (rows: Row[]) => rows.filter(({ id }) => !hit.has(id as string)).map(unmarked);
          expect(others(await current().table())).toEqual(others(before));
          const stored = await service().listApiKeys({ id: expected }, { withDeleted: true, take: 100 });
          for (const key of stored) expect(key).toMatchObject({ ...BY, revoked_at: after(NOW, revoke_in) });
          expect(await service().revoke({ id: target.map(idOf) }, data)).toEqual([]);
        }),
        { numRuns: 60 },
      );
    }, 120_000);

    it("ends the created keys of a key that has been revoked before", async () => {
      const root = await service().createApiKeys(SECRET);
      const child = await service().createApiKeys({ ...SECRET, created_by: root.id });
      const grandchild = await service().createApiKeys({ ...PUBLISHABLE, created_by: child.id });
      await service().revoke(child.id, { revoked_by: "user_1" });
      await service().revoke(root.id, { revoked_by: "user_1" });

      expect(idsOf(await service().revoke(root.id, CASCADE))).toEqual([grandchild.id]);
      expect(await service().retrieveApiKey(child.id)).toMatchObject({ revoked_by: "user_1" });
    });

    it.each([
      [
        "deleted",
        (id: string) =>
          current()
            .service.revoke(id, BY)
            .then(() => current().service.deleteApiKeys(id)),
      ],
      ["soft-deleted", (id: string) => current().service.softDeleteApiKeys(id)],
    ])("ends what a %s key created, by a selector of its creator", async (_, remove) => {
      const { service } = current();
      const root = await service.createApiKeys(SECRET);
      const child = await service.createApiKeys({ ...SECRET, created_by: root.id });
      const grandchild = await service.createApiKeys({ ...SECRET, created_by: child.id });
      await remove(root.id);

      expect(await failureOf(service.revoke(root.id, CASCADE))).toMatchObject({ type: "not_found" });
      const ended = await service.revoke({ created_by: root.id }, CASCADE);
      expect(idsOf(ended)).toEqual([child.id, grandchild.id]);
    });

    it("makes authenticate refuse the token of every key that it ended", async () => {
      const root = await service().createApiKeys(SECRET);
      const child = await service().createApiKeys({ ...SECRET, created_by: root.id });
      const other = await service().createApiKeys(SECRET);
      const answers = () =>
        Promise.all([root, child, other].map(async ({ token }) => (await service().authenticate(token)) !== false));
      expect(await answers()).toEqual([true, true, true]);
      expect(await answers()).toEqual([true, true, true]);
      await service().revoke(root.id, CASCADE);
      expect(await answers()).toEqual([false, false, true]);
    });

    it("reaches the successor of a rolled key through the creator that it keeps", async () => {
      const root = await service().createApiKeys(SECRET);
      const child = await service().createApiKeys({ ...SECRET, created_by: root.id });
      const { created } = await service().rollApiKeys(child.id, { revoked_by: "user_1" });
      const plain = await service().createApiKeys(SECRET);
      const named = await service().rollApiKeys(plain.id, { revoked_by: root.id, created_by: root.id });

      const ended = idsOf(await service().revoke(root.id, CASCADE));
      expect(ended).toEqual([root.id, ...[created.id, named.created.id].sort()]);
    });

    it("lists a single key with dry_run alone, and its created keys only with cascade", async () => {
      const root = await service().createApiKeys(SECRET);
      const child = await service().createApiKeys({ ...SECRET, created_by: root.id });
      const before = await current().table();

      expect(idsOf(await service().revoke(root.id, { ...BY, dry_run: true }))).toEqual([root.id]);
      expect(idsOf(await service().revoke(root.id, { ...CASCADE, dry_run: true }))).toEqual([root.id, child.id]);
      expect(await current().table()).toEqual(before);
      expect(await service().revoke(root.id, { ...BY, cascade: false, dry_run: false })).toMatchObject({ id: root.id });
      await unchanged(() => service().revoke(root.id, { ...BY, dry_run: true }), /already revoked/);
    });

    it("does not overlook a revoke_in that is inherited, a getter or not enumerable", async () => {
      class Later {
        revoked_by = BY.revoked_by;
        get revoke_in() {
          return 60;
        }
      }
      const hidden = Object.defineProperty({ ...BY }, "revoke_in", { value: 60, enumerable: false });
      const inherited = Object.assign(Object.create({ revoke_in: 60 }), BY);
      for (const data of [new Later(), inherited, hidden] as { revoked_by: string }[]) {
        const { id } = await service().createApiKeys(SECRET);
        const { revoked_at } = await service().revoke(id, data);
        expect((revoked_at as Date).getTime()).toBeGreaterThan(Date.now() + 30_000);
      }
    });

    it("does not overlook a dry_run that is inherited or not enumerable", async () => {
      const { id } = await service().createApiKeys(SECRET);
      const hidden = Object.defineProperty({ ...BY }, "dry_run", { value: true, enumerable: false });
      for (const data of [Object.assign(Object.create({ dry_run: true }), BY), hidden]) {
        expect(idsOf(await service().revoke(id, untyped(data)))).toEqual([id]);
      }
      expect(await service().retrieveApiKey(id)).toMatchObject({ revoked_at: null });
    });

    it.each<[string, object, RegExp]>([
      ["a cascade that is not a boolean", { ...BY, cascade: "yes" }, /^cascade must be true or false, 'string' found/],
      ["a dry_run that is not a boolean", { ...BY, dry_run: 1 }, /^dry_run must be true or false, 'number' found/],
      ["a cascade without revoked_by", { cascade: true }, /^You must provide a revoked_by field/],
      ["a dry run without revoked_by", { dry_run: true }, /^You must provide a revoked_by field/],
      ["dryRun", { ...BY, dryRun: true }, /unknown member "dryRun" of the data; did you mean "dry_run"\?/],
      ["recursive", { ...BY, recursive: true }, /unknown member "recursive" of the data; did you mean "cascade"\?/],
      ["an invalid revoke_in", { ...CASCADE, revoke_in: -1 }, /^revoke_in must be a number of seconds/],
    ])("rejects %s and changes nothing (M16)", async (_, data, message) => {
      const { id } = await service().createApiKeys(SECRET);
      await unchanged(() => service().revoke(id, data), message);
    });

    it("rejects an unknown id and an empty one, and returns an empty list for an empty array", async () => {
      expect(await failureOf(service().revoke("apk_nope", CASCADE))).toMatchObject({ type: "not_found" });
      expect(await failureOf(service().revoke("", CASCADE))).toMatchObject({ type: "invalid_data" });
      expect(await service().revoke(untyped([]), CASCADE)).toEqual([]);
      expect(await service().revoke({ title: "None" }, CASCADE)).toEqual([]);
    });
  },
  { hashing: "sha256" },
);
