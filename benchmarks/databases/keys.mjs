// Creates keys whose tokens are known, and filler rows that make the table large.

import { createHash } from "node:crypto";
import { openOurs } from "../contenders/ours.mjs";

/** The cheapest argon2id parameters, for keys whose verification is not measured. */
export const CHEAP = { argon2: { memoryKib: 8, iterations: 1, parallelism: 1 } };
const SLICES = 20;
const BATCH = 50;
const CREATORS = 4;
const GENEROUS_MS = 600_000;

/** Creates `count` keys through this package: `{ id, token, digest, title }` each. */
export async function createKeys(url, type, count, options = {}) {
  const service = await openOurs(url, options);
  const keys = await createWith(service, type, count);
  await service.close();
  return keys;
}

/** Creates `count` secret keys, several calls at a time, so that slow hashes occupy every core. */
export async function createSecretKeys(url, count, options) {
  const service = await openOurs(url, { ...options, callTimeout: GENEROUS_MS });
  const keys = [];
  const creator = async () => {
    while (keys.length < count) {
      const size = Math.min(BATCH, count - keys.length);
      // Reserves its places before it waits.
      const at = keys.push(...Array(size)) - size;
      for (const [n, key] of (await createWith(service, "secret", size)).entries()) keys[at + n] = key;
    }
  };
  await Promise.all(Array.from({ length: CREATORS }, creator));
  await service.close();
  return keys;
}

/**
 * Fills an empty table to `total` keys and returns `known` secret ones, which are evenly spread among the filler rows. `onSlice(percent)` is
 * called as the table grows.
 */
export async function fillTable(database, total, known, onSlice = () => undefined) {
  const service = await openOurs(database.url, CHEAP);
  const keys = [];
  let rows = 0;
  for (let slice = 1; slice <= SLICES; slice++) {
    const upTo = (count) => Math.round((count * slice) / SLICES);
    keys.push(...(await createWith(service, "secret", upTo(known) - keys.length)));
    await database.query(ROWS, [`slice ${slice}`, upTo(total - known) - rows]);
    rows = upTo(total - known);
    onSlice((100 * slice) / SLICES);
  }
  await service.close();
  // The planner has no statistics on rows that were just inserted.
  await database.query("VACUUM (ANALYZE) api_key");
  return keys;
}

async function createWith(service, type, count) {
  const wanted = Array.from({ length: count }, (_, n) => ({ title: `Key ${n}`, type, created_by: "user_bench" }));
  const created = await service.createApiKeys(wanted);
  return created.map(({ id, token, title }) => ({ id, token, title, digest: digestOf(token) }));
}

// Filler rows that look like keys of this package, one in ten publishable; their tokens do not exist.
const ROWS = `
INSERT INTO api_key (id, token, salt, redacted, title, type, created_by, created_at, updated_at, token_digest)
SELECT 'apk_' || upper(substr(md5(seed || 'id' || n), 1, 26)),
       CASE WHEN publishable THEN 'pk_' || a || b
            ELSE '$argon2id$v=19$m=19456,t=2,p=1$' || substr(a, 1, 22) || '$' || substr(b || a, 1, 43) END,
       CASE WHEN publishable THEN '' ELSE c END,
       CASE WHEN publishable THEN 'pk_' ELSE 'sk_' END || substr(a, 1, 3) || '***' || substr(b, 30, 3),
       'Row ' || n,
       CASE WHEN publishable THEN 'publishable' ELSE 'secret' END,
       'user_' || n % 100,
       date_trunc('milliseconds', now() - n * interval '1 second'),
       date_trunc('milliseconds', now() - n * interval '1 second'),
       CASE WHEN publishable THEN NULL ELSE substr(c, 1, 16) END
FROM (SELECT n, seed, n % 10 = 0 AS publishable,
             md5(seed || 'a' || n) AS a, md5(seed || 'b' || n) AS b, md5(seed || 'c' || n) AS c
      FROM (SELECT $1::text AS seed) AS seeds, generate_series(1, $2::int) AS n) AS drawn`;

/** Returns the `token_digest` that this package stores for a token. */
function digestOf(token) {
  return createHash("sha256").update(token).digest("hex").slice(0, 16);
}
