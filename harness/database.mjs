// Databases on the server that a run has started.

import pg from "pg";

/** Creates an empty database: its `url`, `query` on a connection of its own, and `drop`. */
export async function createDatabase(serverUrl, name) {
  await onServer(serverUrl, `CREATE DATABASE ${name} STRATEGY file_copy`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const client = new pg.Client({ connectionString: url.href });
  // A run that fails stops the server; that must not hide why it failed. A query on a lost connection rejects anyway.
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
