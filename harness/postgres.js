// A PostgreSQL server owned by a test or script: it can be frozen, killed, restarted, copied to a standby and promoted.

const { execFile } = require("node:child_process");
const { cp, mkdtemp, rm, writeFile } = require("node:fs/promises");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { promisify } = require("node:util");
const pg = require("pg");
const { own, prepareBinaries } = require("./binaries.js");
const { Program } = require("./program.js");
const { freePort, waitUntil } = require("./wait.js");

const call = promisify(execFile);

const PASSWORD = "correct horse";

const CLUSTER = [
  ...["--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8", "--no-sync"],
  // Identical sorting and case folding on every system.
  ...["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"],
  // With the default, deriving the password costs each connection several milliseconds.
  ...["-c", "scram_iterations=1"],
];

/** Durable when a process is killed: tests count acknowledged commits, and data written to a file survives its process without fsync. */
const SETTINGS = {
  fsync: "off",
  full_page_writes: "off",
  max_connections: "100",
  timezone: "UTC",
  unix_socket_directories: "",
  wal_keep_size: "256MB",
  wal_level: "logical",
};

/** @typedef {import("./network.js").Network} Network */
/** @typedef {{ settings?: Record<string, string>, network?: Network, auth?: "trust" | "scram-sha-256" }} PostgresOptions */

class PostgresServer {
  /**
   * Creates an empty cluster and starts its server, inside `network` if given.
   * @param {PostgresOptions} [options]
   * @returns {Promise<PostgresServer>}
   */
  static async create({ settings = {}, network, auth = "scram-sha-256" } = {}) {
    const home = await mkdtemp(join(tmpdir(), "medusa-api-key-native-"));
    const { program, runAs } = await prepareBinaries(home);
    const passwordFile = join(home, "password");
    await writeFile(passwordFile, PASSWORD);
    own(home, runAs);
    const data = join(home, "data");
    await call(program("initdb"), [...CLUSTER, `--pgdata=${data}`, `--pwfile=${passwordFile}`], runAs);
    await writeFile(join(data, "pg_hba.conf"), `host all all all ${auth}\nhost replication all all ${auth}\n`);
    const server = new PostgresServer({ home, data, program, runAs, settings, network, port: await freePort() });
    await server.start();
    return server;
  }

  /**
   * @param {{
   *   home: string, data: string, program: (name: string) => string, runAs: import("./binaries.js").RunAs,
   *   settings: Record<string, string>, network?: Network, port: number,
   * }} place
   */
  constructor({ home, data, program, runAs, settings, network, port }) {
    this.home = home;
    this.data = data;
    this.program = program;
    this.runAs = runAs;
    this.settings = settings;
    this.network = network;
    this.port = port;
    this.host = network?.address ?? "127.0.0.1";
    /** @type {Program | undefined} */
    this.postmaster = undefined;
    /** @type {PostgresServer[]} */
    this.standbys = [];
  }

  /** Returns the URL of a database; default `postgres`. */
  url(database = "postgres") {
    return `postgres://postgres:${encodeURIComponent(PASSWORD)}@${this.host}:${this.port}/${database}`;
  }

  /** Starts the server and waits until it accepts connections. */
  async start() {
    const settings = { ...SETTINGS, listen_addresses: this.host, ...this.settings };
    const args = ["-D", this.data, "-p", String(this.port)];
    for (const [name, value] of Object.entries(settings)) args.push("-c", `${name}=${value}`);
    await waitUntil(
      async () => {
        // After a kill, a new postmaster refuses to start until all processes of the former one have ended.
        if (!this.postmaster || this.postmaster.ended) this.postmaster = await this.run("postgres", args);
        await this.query("SELECT 1");
        return true;
      },
      () => `PostgreSQL did not start: ${this.postmaster?.log}`,
    );
  }

  /**
   * @param {string} name
   * @param {string[]} args
   */
  run(name, args) {
    const { uid, gid, cwd } = this.runAs;
    // PostgreSQL's immediate shutdown.
    const signal = "SIGQUIT";
    if (!this.network) return Program.start(this.program(name), args, this.runAs, signal, this.home);
    const user = uid === undefined ? [] : ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"];
    const [command, ...rest] = [...this.network.enter, ...user, this.program(name), ...args];
    return Program.start(/** @type {string} */ (command), rest, { cwd }, signal, this.home);
  }

  /**
   * Runs one statement on a new connection and returns its rows.
   * @param {string} sql
   * @param {unknown[]} [parameters]
   * @param {string} [database]
   * @returns {Promise<any[]>}
   */
  async query(sql, parameters, database) {
    const client = await this.connect(database);
    try {
      return (await client.query(sql, parameters)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /**
   * A connection. A busy machine, or a network that still drops the packets of a former connection, may need a second attempt.
   * @param {string} [database]
   * @returns {Promise<pg.Client>}
   */
  async connect(database, attempts = 4) {
    const client = new pg.Client({ connectionString: this.url(database), connectionTimeoutMillis: 5_000 });
    // The server may stop while the connection closes.
    client.on("error", () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (attempts > 1 && /** @type {Error} */ (error).message.includes("timeout"))
        return this.connect(database, attempts - 1);
      throw error;
    }
  }

  /**
   * Runs a statement inside the server's network, even if it is cut; returns the first column of the rows as strings.
   * @param {string} sql
   * @returns {Promise<string[]>}
   */
  async queryInside(sql) {
    const [command, ...enter] = [...(this.network?.enter ?? ["env"]), process.execPath];
    const script = `const pg = require(${JSON.stringify(require.resolve("pg"))});
      const client = new pg.Client(process.argv[1]);
      client.connect().then(() => client.query({ text: process.argv[2], rowMode: "array" }))
        .then(({ rows }) => { console.log(JSON.stringify(rows.map(([first]) => String(first)))); return client.end(); })`;
    const { stdout } = await call(/** @type {string} */ (command), [...enter, "-e", script, this.url(), sql]);
    return JSON.parse(stdout);
  }

  /** Suspends all processes of the server (SIGSTOP): connections stay open, and nothing responds. */
  freeze() {
    this.postmaster?.freeze();
  }

  /** Resumes all processes of the server. */
  thaw() {
    this.postmaster?.thaw();
  }

  /** Kills the postmaster; its child processes end when they detect that. `start` recovers the server. */
  async kill() {
    await this.postmaster?.kill();
  }

  /**
   * Kills one backend of another client; the server then ends all other backends and recovers.
   * @returns {Promise<boolean>} whether there was such a backend
   */
  async killBackend() {
    const [row] = await this.query(
      "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1",
    );
    if (!row) return false;
    process.kill(row.pid, "SIGKILL");
    return true;
  }

  /** Terminates the sessions of all other clients. */
  async endSessions() {
    await this.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
    );
  }

  /**
   * Starts a hot standby that streams from this server, copied from its current state.
   * @param {Record<string, string>} [settings]
   * @returns {Promise<PostgresServer>}
   */
  async standby(settings = {}) {
    const home = await mkdtemp(join(tmpdir(), "medusa-api-key-native-"));
    const data = join(home, "data");
    const primary = new pg.Client({ connectionString: this.url() });
    await primary.connect();
    await primary.query("SELECT pg_backup_start('standby', true)");
    await cp(this.data, data, { recursive: true, filter: (source) => !source.endsWith("postmaster.pid") });
    const { rows } = await primary.query("SELECT labelfile FROM pg_backup_stop(false)");
    await primary.end();
    await writeFile(join(data, "backup_label"), rows[0].labelfile);
    await writeFile(join(data, "standby.signal"), "");
    own(home, this.runAs);
    await call("chmod", ["700", home, data]);
    const standby = new PostgresServer({
      home,
      data,
      program: this.program,
      runAs: { ...this.runAs, cwd: home },
      settings: {
        ...this.settings,
        ...settings,
        primary_conninfo: `host=${this.host} port=${this.port} user=postgres password='${PASSWORD}'`,
      },
      network: undefined,
      port: await freePort(),
    });
    this.standbys.push(standby);
    await standby.start();
    await waitUntil(
      async () => (await this.query("SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'")).length > 0,
      () => "The standby does not stream",
    );
    return standby;
  }

  /** Makes commits wait until a standby has received them. */
  async replicateSynchronously() {
    await this.query("ALTER SYSTEM SET synchronous_standby_names = '*'");
    await this.query("SELECT pg_reload_conf()");
    await waitUntil(
      async () => (await this.query("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'")).length > 0,
      () => "No standby replicates synchronously",
    );
  }

  /** On a standby: keeps receiving the primary's writes without applying them. */
  async pauseReplay() {
    await this.query("SELECT pg_wal_replay_pause()");
    await waitUntil(
      async () => (await this.query("SELECT pg_get_wal_replay_pause_state() AS state"))[0].state === "paused",
      () => "Replay did not pause",
    );
  }

  /** On a standby: applies received writes again. */
  async resumeReplay() {
    await this.query("SELECT pg_wal_replay_resume()");
  }

  /**
   * On a standby: waits until it has applied all current writes of the primary.
   * @param {PostgresServer} primary
   */
  async catchUp(primary) {
    const [{ lsn }] = await primary.query("SELECT pg_current_wal_lsn()::text AS lsn");
    await waitUntil(
      async () => (await this.query("SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS there", [lsn]))[0].there === true,
      () => "The standby did not catch up",
    );
  }

  /** Promotes a standby to primary. */
  async promote() {
    await this.query("SELECT pg_promote(true, 20)");
  }

  /** Starts a stopped primary as a standby that waits for a primary to follow. */
  async demote() {
    await writeFile(join(this.data, "standby.signal"), "");
    own(this.data, this.runAs);
    await this.start();
  }

  /** Stops the server and its standbys and removes their files. */
  async remove() {
    for (const standby of this.standbys) await standby.remove();
    await this.postmaster?.stop();
    await rm(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}

module.exports = { PASSWORD, PostgresServer };
