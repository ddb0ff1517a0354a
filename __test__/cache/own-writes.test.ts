// A service's own writes are seen by its next call, wherever answers come from.

import { lookUp, openLeased, warm } from "../support/leased";
import { createPostgresDatabase } from "../support/postgres";
import { type OurService, PUBLISHABLE, SECRET } from "../support/service";
import { createSqliteDatabase } from "../support/sqlite";
import { CHEAP } from "../support/surroundings";

describe.each([
  ["[postgres] Under a lease", createPostgresDatabase],
  ["[sqlite] On a file", createSqliteDatabase],
  ["[sqlite] In memory", async () => ({ url: "sqlite::memory:", drop: async () => undefined })],
])("%s", (_, create) => {
  let database: Awaited<ReturnType<typeof create>>;
  let service: OurService;

  beforeAll(async () => {
    database = await create();
    service = await openLeased(database.url, CHEAP);
  });
  afterAll(async () => {
    await service?.close();
    await database?.drop();
  });

  const titleOf = async (token: string) => {
    const key = await service.authenticate(token);
    return key === false ? false : key.title;
  };

  it.each<[string, (id: string) => Promise<unknown>, string | false]>([
    ["revoked", (id) => service.revoke(id, { revoked_by: "user_1" }), false],
    ["revoked by a filter", (id) => service.revoke({ id }, { revoked_by: "user_1" }), false],
    ["retitled", (id) => service.updateApiKeys(id, { title: "Another" }), "Another"],
    ["retitled by a filter", (id) => service.updateApiKeys({ id: [id] }, { title: "Another" }), "Another"],
    ["upserted", (id) => service.upsertApiKeys({ id, title: "Another" }), "Another"],
    ["soft-deleted", (id) => service.softDeleteApiKeys(id), false],
    ["rolled", (id) => service.rollApiKeys(id, { revoked_by: "user_1" }), false],
    [
      "deleted",
      async (id) => {
        await service.revoke(id, { revoked_by: "user_1" });
        await service.deleteApiKeys(id);
      },
      false,
    ],
    [
      "soft-deleted and restored",
      async (id) => {
        await service.softDeleteApiKeys(id);
        await service.restoreApiKeys(id);
      },
      SECRET.title,
    ],
  ])("a secret key that was just %s is not served stale", async (_, write, expected) => {
    for (let round = 0; round < 10; round++) {
      const { id, token } = await service.createApiKeys(SECRET);
      await warm(service, () => service.authenticate(token));
      await write(id);

      expect(await titleOf(token)).toBe(expected);
    }
  });

  it("a caller that mutates its result changes no other result", async () => {
    const { token } = await service.createApiKeys(SECRET);
    const first = await warm(service, () => service.authenticate(token));
    if (first === false) throw new Error("The key is live.");
    const asItWas = structuredClone(first);
    first.created_at.setTime(0);
    first.title = "Spoilt";

    expect(await warm(service, () => service.authenticate(token))).toEqual(asItWas);
  });

  it("each of many keys is returned for its own token in any order of calls", async () => {
    const keys = await service.createApiKeys(
      Array.from({ length: 20 }, (_, number) => ({ ...SECRET, title: `Number ${number}` })),
    );
    for (const { token } of keys) await warm(service, () => service.authenticate(token));

    const answers = await Promise.all([...keys, ...keys].map(({ token }) => titleOf(token)));

    expect(answers).toEqual([...keys, ...keys].map(({ title }) => title));
  });

  it("the successor of a rolled key is accepted immediately and rejected once revoked", async () => {
    const { id } = await service.createApiKeys(SECRET);
    const { created } = await service.rollApiKeys(id, { revoked_by: "user_1" });
    await warm(service, () => service.authenticate(created.token));
    await service.revoke(created.id, { revoked_by: "user_1" });

    expect(await titleOf(created.token)).toBe(false);
  });

  it("the lookup returns the current state of a publishable key that was just revoked, soft-deleted or restored", async () => {
    const { id, token } = await service.createApiKeys(PUBLISHABLE);
    await warm(service, () => lookUp(service, token));
    await service.softDeleteApiKeys(id);
    expect(await lookUp(service, token)).toEqual([]);
    await service.restoreApiKeys(id);
    expect(await warm(service, () => lookUp(service, token))).toEqual([{ id, token, revoked_at: null }]);
    const { revoked_at } = await service.revoke(id, { revoked_by: "user_1" });

    expect(await lookUp(service, token)).toEqual([{ id, token, revoked_at }]);
  });
});
