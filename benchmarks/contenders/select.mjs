// Database drivers reading the bare row: Node's `pg` with a named prepared SELECT, and `libsql` (a fork of better-sqlite3 with the same
// interface) with a prepared `get`. Neither hashes a token nor checks whether a key is valid.

import Database from "libsql";
import pg from "pg";

const COLUMNS = [
  ...["id", "token", "salt", "redacted", "title", "type", "last_used_at", "created_by"],
  ...["revoked_by", "revoked_at", "created_at", "updated_at", "deleted_at"],
].join(", ");

const BY_DIGEST = {
  name: "by-digest",
  text: `SELECT ${COLUMNS} FROM api_key WHERE token_digest = $1 AND deleted_at IS NULL`,
};
const BY_TOKEN = {
  name: "by-token",
  text: "SELECT id, token, revoked_at FROM api_key WHERE token = $1 AND type = 'publishable' AND deleted_at IS NULL",
};
const POOL_SIZE = 10;

/** Opens one connection of `pg` that serves a single caller. */
export async function openConnection(url) {
  const client = await connected(url);
  return { ...selects((query) => client.query(query)), close: () => client.end() };
}

/** Opens one connection of `pg`, and a pool. */
export async function openSelects(url) {
  const client = await connected(url);
  const pool = new pg.Pool({ connectionString: url, max: POOL_SIZE, idleTimeoutMillis: 0 });
  pool.on("error", () => undefined);
  return {
    client: selects(inTurn((query) => client.query(query))),
    pool: selects((query) => pool.query(query)),
    close: () => Promise.all([client.end(), pool.end()]),
  };
}

/** Opens a prepared `get` on an SQLite file. No other copy of SQLite in this process may have that file open. */
export function openGet(path) {
  const database = new Database(path);
  const statement = database.prepare(`SELECT ${COLUMNS} FROM api_key WHERE token_digest = ? AND deleted_at IS NULL`);
  return { byDigest: (digest) => statement.get(digest), close: () => database.close() };
}

async function connected(url) {
  const client = new pg.Client({ connectionString: url });
  // As in ../../harness/database.mjs: the server may stop first.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

function selects(ask) {
  const first = async (statement, value) => (await ask({ ...statement, values: [value] })).rows[0];
  return {
    byDigest: (digest) => first(BY_DIGEST, digest),
    byToken: (token) => first(BY_TOKEN, token),
  };
}

// Serializes queries: a connection runs one at a time.
function inTurn(ask) {
  let last = Promise.resolve();
  return (query) => {
    const answer = last.then(() => ask(query));
    last = answer.catch(() => undefined);
    return answer;
  };
}
