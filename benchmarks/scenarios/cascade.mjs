// Ends a key with everything that it created: children of one key, a tree, a chain. On both databases.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { createDatabase } from "../../harness/database.mjs";
import { openOurs } from "../contenders/ours.mjs";
import { OutputsDiffer } from "../measuring/contest.mjs";
import { inRounds } from "../measuring/rounds.mjs";

export const name = "cascade";

const ROOT = "apk_root";
const OPTIONS = { hashing: "sha256", callTimeout: 120_000, lastUsedInterval: false };
const BY = { revoked_by: "user_bench", cascade: true };

// The creator of the key with the number n, which both databases compute.
const SHAPES = {
  "children of one key": `'${ROOT}'`,
  "a tree of ten each": `CASE WHEN n <= 10 THEN '${ROOT}' ELSE 'apk_' || ((n - 1) / 10) END`,
  "a chain": `CASE WHEN n = 1 THEN '${ROOT}' ELSE 'apk_' || (n - 1) END`,
};

const fill = (numbers, shape) => `INSERT INTO api_key (id, token, salt, redacted, title, type, created_by, token_digest)
  SELECT 'apk_' || n, 'x' || n, '', 'sk_', 'Key', 'secret', ${SHAPES[shape]}, 'd' || n FROM ${numbers}`;

const OPENERS = {
  PostgreSQL: async ({ serverUrl }, count, shape, number) => {
    const database = await createDatabase(serverUrl, `bench_cascade_${number}`);
    const service = await openOurs(database.url, OPTIONS);
    return {
      service,
      fill: async () => {
        await database.query(fill(`generate_series(1, ${count}) AS n`, shape));
        await database.query("VACUUM (ANALYZE) api_key");
      },
      empty: () => database.query("TRUNCATE api_key"),
      close: () => service.close().then(database.drop),
    };
  },
  SQLite: async (_, count, shape) => {
    const directory = await mkdtemp(join(tmpdir(), "medusa-api-key-native-bench-"));
    const file = join(directory, "cascade.db");
    const service = await openOurs(`sqlite:${file}`, OPTIONS);
    const driver = new Database(file);
    const numbers = `(WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < ${count}) SELECT n FROM s)`;
    return {
      service,
      fill: async () => driver.exec(fill(numbers, shape)),
      empty: async () => driver.exec("DELETE FROM api_key"),
      close: async () => {
        driver.close();
        await service.close();
        await rm(directory, { recursive: true });
      },
    };
  },
};

export async function run(context) {
  const { sizes, progress } = context;
  const count = sizes.cascade;
  const contenders = [];
  for (const [database, open] of Object.entries(OPENERS)) {
    for (const shape of Object.keys(SHAPES)) {
      contenders.push({ name: `${database}, ${shape}`, ...(await open(context, count, shape, contenders.length)) });
    }
  }
  const title = `revoke with cascade, ${count} descendants`;
  const measured = await inRounds({
    ...{ title, rounds: sizes.rounds, contenders, progress },
    measure: (contender) => measure(contender, count),
  });
  for (const { close } of contenders) await close();
  return measured.map(({ name: contender, median, rounds }) => ({
    ...{ scenario: name, keys: count, contender, median, rounds },
  }));
}

async function measure({ name: contender, service, fill: fillTable, empty }, count) {
  await empty();
  await service.createApiKeys({ id: ROOT, title: "Root", type: "secret", created_by: "user_bench" });
  await fillTable();
  const timed = async (data) => {
    const began = performance.now();
    const keys = await service.revoke(ROOT, data);
    const elapsedMs = performance.now() - began;
    if (keys.length !== count + 1) throw new OutputsDiffer(`cascade: ${contender} hit ${keys.length} keys.`);
    return elapsedMs;
  };
  return { dryRunMs: await timed({ ...BY, dry_run: true }), elapsedMs: await timed(BY) };
}
