// Databases on the PostgreSQL server of a run.

import pg from "pg";

/** Creates an empty database; returns its `url`, a connected `client`, `query` on that connection, and `drop`. */
export async function createDatabase(serverUrl, name) {
  await onServer(serverUrl, `CREATE DATABASE ${name} STRATEGY file_copy`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const client = new pg.Client({ connectionString: url.href });
  // A failing run stops the server; the lost connection must not hide the cause. A query on it rejects anyway.
  client.on("error", () => undefined);
  await client.connect();
  return {
    url: url.href,
    client,
    query: (sql, values) => client.query(sql, values),
    drop: async () => {
      await client.end();
      await onServer(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function onServer(url, statement) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
