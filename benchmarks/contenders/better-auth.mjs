// Better Auth's way to verify an API key, by `pg`: the SHA-256 of the token in base64url, a SELECT of the row by it, checks of the row, and
// an UPDATE of the columns that count uses. Statements are sent as Better Auth's query builder sends them: unnamed, on a pool of ten. Its
// UPDATE writes every column; this one only those that change.

import { createHash } from "node:crypto";
import pg from "pg";

const TABLE = `
CREATE TABLE apikey (
  id text PRIMARY KEY, "configId" text NOT NULL, name text, start text, "referenceId" text NOT NULL, prefix text, key text NOT NULL,
  "refillInterval" integer, "refillAmount" integer, "lastRefillAt" timestamptz, enabled boolean, "rateLimitEnabled" boolean,
  "rateLimitTimeWindow" integer, "rateLimitMax" integer, "requestCount" integer, remaining integer, "lastRequest" timestamptz,
  "expiresAt" timestamptz, "createdAt" timestamptz NOT NULL, "updatedAt" timestamptz NOT NULL, permissions text, metadata text);
CREATE INDEX ON apikey ("configId");
CREATE INDEX ON apikey ("referenceId");
CREATE INDEX ON apikey (key)`;

const ROWS = `
INSERT INTO apikey (id, "configId", name, start, "referenceId", prefix, key, enabled, "rateLimitEnabled", "requestCount", "createdAt", "updatedAt")
SELECT id, 'default', 'Key', 'sk_', 'user_bench', 'sk_', key, true, false, 0, now(), now()
FROM unnest($1::text[], $2::text[]) AS given (id, key)`;

const SELECT = "SELECT * FROM apikey WHERE key = $1";
const UPDATE = `
UPDATE apikey SET "requestCount" = $2, "lastRequest" = $3, "updatedAt" = $3 WHERE id = $1 RETURNING *`;
const POOL_SIZE = 10;

/**
 * Creates Better Auth's table with the keys and with filler rows up to `total`. Returns `read(token)`, which omits the UPDATE,
 * `readAndCount(token)`, both of which resolve to a row or `false`, and `close`.
 */
export async function openBetterAuth(database, keys, total) {
  await database.query(TABLE);
  const fillers = Array.from({ length: total - keys.length }, (_, n) => ({ id: `filler_${n}`, token: `filler ${n}` }));
  const rows = [...keys, ...fillers];
  await database.query(ROWS, [rows.map(({ id }) => id), rows.map(({ token }) => hashOf(token))]);
  await database.query("VACUUM (ANALYZE) apikey");
  const pool = new pg.Pool({ connectionString: database.url, max: POOL_SIZE, idleTimeoutMillis: 0 });
  // As in ../../harness/database.mjs: the server may stop first.
  pool.on("error", () => undefined);

  const read = async (token) => {
    const { rows } = await pool.query(SELECT, [hashOf(token)]);
    return rows.length > 0 && isUsable(rows[0]) ? rows[0] : false;
  };
  const readAndCount = async (token) => {
    const row = await read(token);
    if (row === false) return false;
    const { rows } = await pool.query(UPDATE, [row.id, row.requestCount + 1, new Date()]);
    return rows[0];
  };
  const close = async () => {
    await pool.end();
    await database.query("DROP TABLE apikey");
  };
  return { read, readAndCount, close };
}

const isUsable = ({ enabled, expiresAt, remaining }) =>
  enabled && (expiresAt === null || expiresAt > new Date()) && remaining !== 0;

function hashOf(token) {
  return createHash("sha256").update(token).digest("base64url");
}
