// Rehashing between all schemes.

import fc from "fast-check";
import { describeOnEachDatabase } from "../support/databases";
import { openService } from "../support/ours";
import { createPostgresDatabase } from "../support/postgres";
import { type OurService, SECRET } from "../support/service";
import { createSqliteDatabase } from "../support/sqlite";
import { SqliteShell } from "../support/sqlite-shell";
import { until } from "../support/until";
import { HASH_KEYS } from "./hash-keys";

const BY = { revoked_by: "user_1" };
const [NEWER, OLDER] = HASH_KEYS as [(typeof HASH_KEYS)[0], (typeof HASH_KEYS)[0]];
const HISTORIES = 25;
const GENEROUS_MS = 120_000;

/** Settings that a service may rehash to, with the form of their hashes. All verify the hashes of all. */
const SETTINGS = {
  argon2id: {
    form: /^\$argon2id\$v=19\$m=64,t=1,p=1\$/,
    options: { argon2: { memoryKib: 64, iterations: 1 }, hashKeys: HASH_KEYS },
  },
  "costlier argon2id": {
    form: /^\$argon2id\$v=19\$m=64,t=2,p=1\$/,
    options: { argon2: { memoryKib: 64, iterations: 2 }, hashKeys: HASH_KEYS },
  },
  scrypt: { form: /^[0-9a-f]{128}$/, options: { hashing: "scrypt", hashKeys: HASH_KEYS } },
  "sha256 under one key": {
    form: /^\$hmac-sha256\$k=2026-11\$[0-9a-f]{64}$/,
    options: { hashing: "sha256", hashKeys: [NEWER, OLDER] },
  },
  "sha256 under another key": {
    form: /^\$hmac-sha256\$k=2025-06\$[0-9a-f]{64}$/,
    options: { hashing: "sha256", hashKeys: [OLDER, NEWER] },
  },
} satisfies Record<string, { form: RegExp; options: object }>;

/** Hashes without a key can be made only by a service without keys, which verifies none with one. */
const PLAIN = { form: /^\$sha256\$[0-9a-f]{64}$/, options: { hashing: "sha256" } };

type Name = keyof typeof SETTINGS;
const NAMES = Object.keys(SETTINGS) as Name[];

/** An empty database with a connection for the test. */
const OPENERS = {
  sqlite: async () => {
    const database = await createSqliteDatabase();
    const shell = new SqliteShell(database.path);
    const drop = async () => {
      await shell.close();
      await database.drop();
    };
    return { url: database.url, query: (sql: string) => shell.query(sql) as Promise<{ token: string }[]>, drop };
  },
  postgres: async () => {
    const database = await createPostgresDatabase();
    return { ...database, query: (sql: string) => database.query<{ token: string }>(sql) };
  },
};

describeOnEachDatabase("With rehash, a row", (kind) => {
  let database: Awaited<ReturnType<(typeof OPENERS)["sqlite"]>>;
  const services: OurService[] = [];
  const open = (options: object) => {
    const service = openService(database.url, { rehash: true, lastUsedInterval: false, ...options });
    services.push(service);
    return service;
  };
  const hashes = async () => (await database.query("SELECT token FROM api_key ORDER BY id")).map(({ token }) => token);

  beforeEach(async () => {
    database = await OPENERS[kind.name]();
    await openService(database.url).migrate();
  });
  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.close()));
    await database.drop();
  });

  /** Lets a service move the only row, with nothing else in it changed. */
  const expectMove = async (service: OurService, token: string, form: RegExp) => {
    const rest = async () =>
      (await database.query("SELECT * FROM api_key")).map(({ token: _, ...columns }) => columns as object);
    const before = await rest();
    expect(await service.authenticate(token)).toMatchObject({ title: SECRET.title });
    await until(async () => form.test((await hashes())[0] ?? ""));
    expect(await rest()).toEqual(before);
    expect(await service.authenticate(token)).toMatchObject({ title: SECRET.title });
    expect(await service.authenticate(`${token.slice(0, 6)}${"0".repeat(58)}${token.slice(-3)}`)).toBe(false);
  };

  it.each(NAMES.flatMap((from) => NAMES.filter((to) => to !== from).map((to) => [from, to] as const)))(
    "moves from %s to %s and back to the same hash (M9)",
    async (from, to) => {
      const [there, back] = [open(SETTINGS[to].options), open(SETTINGS[from].options)];
      const { token } = await back.createApiKeys(SECRET);
      const issued = await hashes();
      await expectMove(there, token, SETTINGS[to].form);
      await expectMove(back, token, SETTINGS[from].form);

      expect(await hashes()).toEqual(issued);
    },
  );

  it.each(NAMES)("moves from sha256 without a key to %s and, without keys, back", async (to) => {
    const [there, plain] = [open(SETTINGS[to].options), open(PLAIN.options)];
    const { token } = await plain.createApiKeys(SECRET);
    const issued = await hashes();
    await expectMove(there, token, SETTINGS[to].form);
    // A service for the way back knows the keys by which the row is verified, but makes hashes without one only if it has none.
    if (SETTINGS[to].form.source.includes("hmac")) {
      expect(await plain.authenticate(token)).toBe(false);
      await expectMove(open(SETTINGS.argon2id.options), token, SETTINGS.argon2id.form);
    }
    await expectMove(plain, token, PLAIN.form);

    expect(await hashes()).toEqual(issued);
  });

  it("has one valid hash after concurrent rehashes by two services in 20 rounds", async () => {
    const [first, second] = [
      open(SETTINGS["sha256 under one key"].options),
      open(SETTINGS["sha256 under another key"].options),
    ];
    const creator = open({ ...SETTINGS.argon2id.options, rehash: false });
    for (let round = 0; round < 20; round++) {
      const { id, token } = await creator.createApiKeys(SECRET);
      const found = await Promise.all([first, second, first, second].map((service) => service.authenticate(token)));
      expect(found).toMatchObject(Array.from({ length: 4 }, () => ({ id })));
      await until(async () => {
        const [row] = await database.query(`SELECT token FROM api_key WHERE id = '${id}'`);
        return row?.token.startsWith("$hmac-sha256$");
      });
      for (const service of [first, second, creator]) expect(await service.authenticate(token)).toMatchObject({ id });
    }
  });

  it(
    "stays valid exactly while its key is live in random histories of services with different settings",
    async () => {
      const open5 = Object.fromEntries(NAMES.map((name) => [name, open(SETTINGS[name].options)]));
      const service = fc.constantFrom(...NAMES).map((name) => open5[name] as OurService);
      const key = fc.nat();
      const step = fc.oneof(
        { weight: 2, arbitrary: fc.record({ does: fc.constant("create" as const), by: service }) },
        { weight: 6, arbitrary: fc.record({ does: fc.constant("use" as const), by: service, and: service, key }) },
        { weight: 1, arbitrary: fc.record({ does: fc.constant("revoke" as const), by: service, key }) },
        { weight: 1, arbitrary: fc.record({ does: fc.constant("roll" as const), by: service, key }) },
      );
      const seen = new Set<string>();
      const play = async (steps: (typeof step extends fc.Arbitrary<infer S> ? S : never)[]) => {
        await database.query("DELETE FROM api_key");
        const [live, ended]: { id: string; token: string }[][] = [[], []];
        const take = (place: number) => live?.splice(place % live.length, 1)[0] as { id: string; token: string };
        const expectUse = async (by: OurService, { id, token }: { id: string; token: string }) =>
          expect(await by.authenticate(token)).toMatchObject({ id });
        for (const one of steps) {
          if (one.does === "create" || live?.length === 0) {
            live?.push(await one.by.createApiKeys(SECRET));
          } else if (one.does === "use") {
            const used = live?.[one.key % live.length] as { id: string; token: string };
            await Promise.all([expectUse(one.by, used), expectUse(one.and, used)]);
          } else {
            const old = take(one.key);
            if (one.does === "revoke") await one.by.revoke(old.id, BY);
            else live?.push((await one.by.rollApiKeys(old.id, BY)).created);
            ended?.push(old);
          }
          for (const { token } of ended ?? []) expect(await one.by.authenticate(token)).toBe(false);
          for (const hash of await hashes()) seen.add(NAMES.find((name) => SETTINGS[name].form.test(hash)) ?? hash);
        }
        for (const by of Object.values(open5)) {
          for (const used of live ?? []) await expectUse(by, used);
          for (const { token } of ended ?? []) expect(await by.authenticate(token)).toBe(false);
        }
      };
      await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), play), {
        numRuns: HISTORIES,
        seed: 14,
      });

      expect([...seen].sort()).toEqual([...NAMES].sort());
    },
    GENEROUS_MS,
  );
});
