// pgpool-II in front of a primary and a standby: writes go to the primary, every SELECT that it may balance to the standby.

const { mkdtemp, rm, writeFile } = require("node:fs/promises");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const pg = require("pg");
const { ordinaryUser, own } = require("./binaries.js");
const { Program } = require("./program.js");
const { freePort, waitUntil } = require("./wait.js");

class PgPool {
  /**
   * Starts pgpool-II. The servers must use `trust`: pgpool-II cannot forward SCRAM to two servers.
   * @param {import("./postgres.js").PostgresServer} primary
   * @param {import("./postgres.js").PostgresServer} standby
   * @returns {Promise<PgPool>}
   */
  static async start(primary, standby) {
    const home = await mkdtemp(join(tmpdir(), "medusa-api-key-native-pgpool-"));
    const port = await freePort();
    const settings = {
      backend_clustering_mode: "streaming_replication",
      listen_addresses: "127.0.0.1",
      port,
      socket_dir: home,
      pcp_listen_addresses: "127.0.0.1",
      pcp_port: await freePort(),
      pcp_socket_dir: home,
      pid_file_name: join(home, "pgpool.pid"),
      logdir: home,
      work_dir: home,
      num_init_children: 16,
      max_pool: 2,
      ...backend(0, primary, 0),
      ...backend(1, standby, 1),
      load_balance_mode: "on",
      statement_level_load_balance: "on",
      sr_check_user: "postgres",
      sr_check_period: 1,
      // Balance regardless of the standby's lag.
      delay_threshold: 0,
      failover_on_backend_error: "off",
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'`);
    await writeFile(join(home, "pgpool.conf"), `${lines.join("\n")}\n`);
    await writeFile(join(home, "pcp.conf"), "");
    await writeFile(join(home, "pool_hba.conf"), "host all all all trust\n");
    const runAs = ordinaryUser(home);
    own(home, runAs);
    const file = (/** @type {string} */ name) => join(home, name);
    const args = ["-n", "-f", file("pgpool.conf"), "-F", file("pcp.conf"), "-a", file("pool_hba.conf")];
    const program = await Program.start("pgpool", args, runAs, "SIGINT", home);
    const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
    const pool = new PgPool(home, url, program);
    await waitUntil(
      () => pool.isUp(),
      () => `pgpool-II did not start: ${program.log}`,
    );
    return pool;
  }

  /**
   * @param {string} home
   * @param {string} url
   * @param {Program} program
   */
  constructor(home, url, program) {
    this.home = home;
    /** The database's URL through pgpool-II. */
    this.url = url;
    this.program = program;
  }

  /** Returns whether pgpool-II reaches both servers. */
  async isUp() {
    const client = new pg.Client({ connectionString: this.url, connectionTimeoutMillis: 2_000 });
    client.on("error", () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query("SHOW POOL_NODES");
      return rows.length === 2 && rows.every((/** @type {{ status: string }} */ { status }) => status === "up");
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** Stops pgpool-II and removes its files. */
  async stop() {
    await this.program.stop();
    await rm(this.home, { recursive: true, force: true });
  }
}

/**
 * @param {number} index
 * @param {import("./postgres.js").PostgresServer} server
 * @param {number} weight
 */
function backend(index, server, weight) {
  return {
    [`backend_hostname${index}`]: server.host,
    [`backend_port${index}`]: server.port,
    [`backend_weight${index}`]: weight,
    [`backend_data_directory${index}`]: server.data,
    [`backend_flag${index}`]: "DISALLOW_TO_FAILOVER",
  };
}

module.exports = { PgPool };
