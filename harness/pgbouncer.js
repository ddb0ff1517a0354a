// PgBouncer in front of a PostgreSQL server.

const { mkdtemp, readFile, rm, writeFile } = require("node:fs/promises");
const { connect } = require("node:net");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { ordinaryUser, own } = require("./binaries.js");
const { Program } = require("./program.js");
const { freePort, waitUntil } = require("./wait.js");

class PgBouncer {
  /**
   * Starts PgBouncer in front of the server at `url`. `settings` are lines of its section `[pgbouncer]`.
   * @param {string} url
   * @param {"session" | "transaction" | "statement"} mode
   * @param {Record<string, string | number>} [settings]
   * @returns {Promise<PgBouncer>}
   */
  static async start(url, mode, settings = {}) {
    const home = await mkdtemp(join(tmpdir(), "medusa-api-key-native-pgbouncer-"));
    const server = new URL(url);
    const user = decodeURIComponent(server.username);
    const password = decodeURIComponent(server.password);
    const port = await freePort();
    const lines = Object.entries({
      listen_addr: "127.0.0.1",
      listen_port: port,
      unix_socket_dir: "",
      auth_type: "scram-sha-256",
      auth_file: join(home, "users"),
      pool_mode: mode,
      ...settings,
    }).map(([name, value]) => `${name} = ${value}`);
    await writeFile(join(home, "users"), `"${user}" "${password}"\n`);
    await writeFile(
      join(home, "pgbouncer.ini"),
      `%include ${join(home, "databases")}\n[pgbouncer]\n${lines.join("\n")}\n`,
    );
    await writeFile(join(home, "databases"), databasesAt(server));
    const runAs = ordinaryUser(home);
    own(home, runAs);
    const program = await Program.start("pgbouncer", [join(home, "pgbouncer.ini")], runAs, "SIGINT", home);
    await waitUntil(
      () => accepts(port),
      () => `PgBouncer did not start: ${program.log}`,
    );
    const through = new URL(url);
    through.host = `127.0.0.1:${port}`;
    return new PgBouncer(home, through.href, program);
  }

  /**
   * @param {string} home
   * @param {string} url
   * @param {Program} program
   */
  constructor(home, url, program) {
    this.home = home;
    /** The database's URL through the pooler. */
    this.url = url;
    this.program = program;
  }

  /**
   * Redirects clients to another server.
   * @param {string} url
   */
  async retarget(url) {
    await writeFile(join(this.home, "databases"), databasesAt(new URL(url)));
    this.program.signal("SIGHUP");
  }

  /**
   * Changes the mode while clients are connected, as an operator's RELOAD does.
   * @param {"session" | "transaction"} mode
   */
  async switchTo(mode) {
    const file = join(this.home, "pgbouncer.ini");
    const settings = await readFile(file, "utf8");
    await writeFile(file, settings.replace(/^pool_mode = .*$/m, `pool_mode = ${mode}`));
    this.program.signal("SIGHUP");
  }

  /** Stops the pooler and removes its files. */
  async stop() {
    // Killed, because its orderly shutdown waits for clients.
    this.program.thaw();
    await this.program.kill();
    await rm(this.home, { recursive: true, force: true });
  }
}

/** @param {URL} server */
function databasesAt({ hostname, port }) {
  return `[databases]\n* = host=${hostname} port=${port}\n`;
}

/**
 * Returns whether a program accepts connections on a port.
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}

module.exports = { PgBouncer, accepts };
