// The PostgreSQL server that a run of the tests or benchmarks shares.

const { PostgresServer } = require("./postgres.js");

/** Fast, with connections for several parallel test files. There is no standby, and a crash may lose the last acknowledged commits. */
const SETTINGS = {
  full_page_writes: "on",
  max_connections: "200",
  synchronous_commit: "off",
  wal_keep_size: "0",
  wal_level: "replica",
};

/**
 * Starts the server. It ends with this process, unless stopped before.
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>} `stop` also removes its files
 */
async function startPostgres() {
  const server = await PostgresServer.create({ settings: SETTINGS });
  return { url: server.url(), stop: () => server.remove() };
}

module.exports = { startPostgres };
