// What a database driver takes for the bare row: Node's `pg` with a named prepared SELECT, and `libsql` (a fork of better-sqlite3,
// with its interface) with a prepared `get`. Neither hashes a token nor judges a key.

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

/** One connection of `pg`, and a pool of them. */
export async function openSelects(url) {
  const client = new pg.Client({ connectionString: url });
  // As in ../../harness/database.mjs: the server may go first.
  client.on("error", () => undefined);
  await client.connect();
  const pool = new pg.Pool({ connectionString: url, max: POOL_SIZE, idleTimeoutMillis: 0 });
  pool.on("error", () => undefined);
  return {
    client: selects(inTurn((query) => client.query(query))),
    pool: selects((query) => pool.query(query)),
    close: () => Promise.all([client.end(), pool.end()]),
  };
}

/** A prepared `get` on an SQLite file, which no other copy of SQLite may have open in this process. */
export function openGet(path) {
  const database = new Database(path);
  const statement = database.prepare(`SELECT ${COLUMNS} FROM api_key WHERE token_digest = ? AND deleted_at IS NULL`);
  return { byDigest: (digest) => statement.get(digest), close: () => database.close() };
}

function selects(ask) {
  const first = async (statement, value) => (await ask({ ...statement, values: [value] })).rows[0];
  return {
    byDigest: (digest) => first(BY_DIGEST, digest),
    byToken: (token) => first(BY_TOKEN, token),
  };
}

// A connection carries one query at a time; those who come meanwhile wait.
function inTurn(ask) {
  let last = Promise.resolve();
  return (query) => {
    const answer = last.then(() => ask(query));
    last = answer.catch(() => undefined);
    return answer;
  };
}
