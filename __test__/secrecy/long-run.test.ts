// Everything that a long run printed, answered and told, searched for what nobody may read (S6).

import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { history } from "../differential/generate/history";
import { CHEAP } from "../differential/hashes";
import { PUBLISHABLE, SECRET } from "../support/service";
import { Confided, GROUNDS, type Ground } from "./confided";
import { withSql } from "./confidential";

const HISTORIES = 24;
const BY = { revoked_by: "user_1" };
const GENEROUS_MS = 180_000;
const HASH_SECRET = randomBytes(32).toString("hex");

type Calls = [method: string, ...args: unknown[]][];

/** Every method once, as it is meant to be used. */
const everyMethod = (id: string, token: string): Calls => [
  ...([
    ["createApiKeys", [SECRET, PUBLISHABLE]],
    ["create", SECRET],
    ["upsertApiKeys", [{ ...SECRET }, { id, title: "New" }]],
    ["updateApiKeys", id, { title: "Newer" }],
    ["updateApiKeys", { type: "secret" }, { title: "Newest" }],
    ["retrieveApiKey", id],
    ["listApiKeys", {}, { select: ["token", "salt", "type"] }],
    ["list", { q: "a" }, { withDeleted: true }],
    ["listAndCountApiKeys", {}, { take: 5 }],
    ["authenticate", token],
    ["authenticate", token],
  ] as Calls),
  ...([
    ["softDeleteApiKeys", id],
    ["restoreApiKeys", id],
    ["rollApiKeys", id, BY],
    ["revoke", { type: "publishable", revoked_at: null }, BY],
    ["revoke", id, BY],
    ["deleteApiKeys", id],
    ["status"],
  ] as Calls),
];

/** A text that is no id, no name and no value, wherever one is asked for. */
const everywhere = (text: string): Calls => [
  ...([
    ["createApiKeys", { ...SECRET, id: text, type: "private" }],
    ["createApiKeys", { ...SECRET, type: text }],
    ["createApiKeys", [{ ...SECRET, created_at: text }, SECRET]],
    ["upsertApiKeys", { id: text, title: "New" }],
    ["updateApiKeys", text, { title: "New" }],
    ["updateApiKeys", { [text]: 1 }, { title: "New" }],
    ["retrieveApiKey", text],
    ["listApiKeys", { [text]: 1 }],
    ["listApiKeys", { id: { [text]: 1 } }],
    ["listApiKeys", { token: text }],
    ["listApiKeys", { token: { $like: `${text}%` } }],
    ["listApiKeys", { salt: text }],
    ["listApiKeys", { created_at: text }],
    ["listApiKeys", { title: { $re: `(${text}` } }],
  ] as Calls),
  ...([
    ["listApiKeys", {}, { order: { [text]: "asc" } }],
    ["listApiKeys", {}, { order: { id: text } }],
    ["listAndCountApiKeys", { q: text }, { select: [text] }],
    ["authenticate", text],
    ["authenticate", `${text.slice(0, -5)}0${text.slice(-4)}`],
    ["authenticate", `${text}\0`],
    ["softDeleteApiKeys", [text, { [text]: 1 }], { returnLinkableKeys: [text] }],
    ["restoreApiKeys", text],
    ["rollApiKeys", text, BY],
    ["rollApiKeys", "apk_1", { ...BY, revoke_in: text }],
    ["revoke", text, BY],
    ["deleteApiKeys", [text, 5]],
    ["deleteApiKeys", [text]],
  ] as Calls),
];

/** Uses a service in every way that there is, and breaks the database under it. */
async function talk(run: Confided, ground: Ground, isPostgres: boolean): Promise<void> {
  const { ear } = run;
  const options = { databaseUrl: ground.url, pool: { acquireTimeoutMs: 2_000 }, ...CHEAP };
  const created = (data: object) => run.calls(["createApiKeys", data]);

  await ear.open({ ...options, migrate: true, rehash: true, lastUsedInterval: 1, maxStaleness: 50 });
  await ear.call("migrate");
  for (const [index, one] of fc.sample(history, { seed: 1, numRuns: HISTORIES }).entries()) {
    await run.play(one, { secretly: index % 2 === 0 });
  }

  await ground.sql("DELETE FROM api_key");
  await created([1, 2, 3].map((number) => ({ ...SECRET, id: `apk_${number}` })));
  const [hash] = [...run.stored.hash].slice(-1);
  for (const text of [ear.tokens.at(-1), hash, [...run.stored.salt].at(-1)]) await run.calls(...everywhere(`${text}`));
  await run.calls(...everyMethod("apk_1", `${ear.tokens.at(-1)}`));

  await created({ ...SECRET, id: "apk_2" });
  await created([PUBLISHABLE, { ...PUBLISHABLE, id: "apk_4" }, { ...SECRET, id: "apk_4" }]);
  await ear.randomness({ repeats: true });
  for (const data of [SECRET, SECRET, [SECRET, SECRET]]) await created(data);
  await run.calls(["rollApiKeys", "apk_3", BY], ["upsertApiKeys", SECRET]);
  // Of other bytes: a token of either kind is made of no other's.
  await ear.randomness({ repeats: true });
  for (const data of [PUBLISHABLE, PUBLISHABLE]) await created(data);
  await ear.randomness({ repeats: false });

  await ear.bus({ fails: true });
  await run.calls(...everyMethod("apk_3", `${ear.tokens.at(-1)}`));
  await ear.call("close");
  await ear.open({ ...options, hashing: "scrypt", hashConcurrency: 1, hashQueueLimit: 1 }, { inMedusa: false });
  await Promise.all(Array.from({ length: 8 }, () => ear.call("createApiKeys", SECRET)));
  await run.calls(...everyMethod("apk_2", `${ear.tokens.at(-1)}`));
  await Promise.all(Array.from({ length: 8 }, (_, index) => ear.call("authenticate", ear.tokens.at(-1 - index))));

  // A service with a hash key, and one that lacks it.
  await ear.call("close");
  await ear.open(
    { ...options, hashing: "sha256", hashKeys: [{ id: "kept", secret: HASH_SECRET }] },
    { inMedusa: false },
  );
  await created([{ ...SECRET, id: "apk_5" }, SECRET]);
  await run.calls(
    ...everyMethod("apk_5", `${ear.tokens.at(-1)}`),
    ...everywhere([...run.stored.hash].slice(-1).join()),
  );
  await created({ ...SECRET, id: "apk_6" });
  await ear.call("close");
  const wrong = { ...options, hashing: "sha256", hashKeys: [{ id: HASH_SECRET, secret: HASH_SECRET }] };
  await ear.open(wrong);
  await ear.open(options);
  await run.calls(["authenticate", ear.tokens.at(-1)], ["status"]);

  if (isPostgres) await ground.sql(END_ALL_OTHER_SESSIONS);
  const everything = [...everyMethod("apk_2", `${ear.tokens.at(-1)}`), ...everywhere(`${ear.tokens.at(-1)}`)];
  const callEverything = () => Promise.all(everything.map(([method, ...args]) => ear.call(method, ...args)));
  await ground.sql("ALTER TABLE api_key RENAME TO api_key_aside");
  await callEverything();
  await ground.sql("ALTER TABLE api_key_aside RENAME TO api_key");
  await run.calls(["migrate"], ...everything);
  await ground.sql("DROP TABLE api_key");
  await callEverything();
  await ground.ruin();
  await callEverything();
  for (const method of ["migrate", "close"]) await ear.call(method);
  await callEverything();
  await ear.stop();
}

const END_ALL_OTHER_SESSIONS =
  "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";

describe.each(["sqlite", "postgres"] as const)("[%s] A long run with and without failures", (name) => {
  it(
    "discloses no hash, salt or SQL, and a token only in its creation's result (S6)",
    async () => {
      const ground = await GROUNDS[name]();
      const run = new Confided(ground);
      await talk(run, ground, name === "postgres").finally(() => run.ear.stop().then(ground.drop));
      for (const text of [...run.ear.tokens, HASH_SECRET]) run.secret.add(text);
      const { answer, ...beside } = run.ear.heard;
      const besideAnswers = Object.values(beside).flat();
      const everything = [...answer, ...besideAnswers];

      // A search proves something if there is enough to look for, and enough to look through.
      for (const them of [...Object.values(run.stored), new Set(run.ear.tokens)]) expect(them.size).toBeGreaterThan(50);
      expect(answer.length).toBeGreaterThan(500);
      expect(beside.error.length).toBeGreaterThan(400);
      expect(beside.event.length).toBeGreaterThan(100);
      expect(beside.log.join()).toContain("The bus is down.");
      expect(beside.notice.join()).toContain("queue.full");
      expect(beside.notice.join()).toContain("hashKey.unknown");
      expect(beside.notice.join()).toContain("key.refused");
      expect(beside.printed.join()).toMatch(/Standard (output|error) is heard.*Standard (output|error) is heard/s);
      expect(new Set(beside.error.join().match(/type: '\w+'/g)).size).toBe(6);
      expect(run.publishable.in(answer)).not.toEqual([]);

      expect(run.secret.in(everything)).toEqual([]);
      expect(run.publishable.in(besideAnswers)).toEqual([]);
      expect(withSql(everything)).toEqual([]);
    },
    GENEROUS_MS,
  );
});
