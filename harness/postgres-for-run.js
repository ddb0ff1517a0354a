// The PostgreSQL server that one run of the tests or benchmarks shares.

const { PostgresServer } = require("./postgres.js");

/** Fast, and with room for several test files at a time. Nothing stands by, and a crash may lose what was acknowledged last. */
const SETTINGS = {
  full_page_writes: "on",
  max_connections: "200",
  synchronous_commit: "off",
  wal_keep_size: "0",
  wal_level: "replica",
};

/**
 * Starts the server. It ends with this process at the latest.
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>} its address, and what stops it and removes its files
 */
async function startPostgres() {
  const server = await PostgresServer.create({ settings: SETTINGS });
  return { url: server.url(), stop: () => server.remove() };
}

module.exports = { startPostgres };
