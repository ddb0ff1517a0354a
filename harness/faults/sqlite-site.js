// The SQLite file of a run, and the fault to inject: a backup replaces the file.

const { renameSync, rmSync } = require("node:fs");
const { mkdtemp, rm } = require("node:fs/promises");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const Database = require("libsql");
const { now } = require("./clock.js");

class SqliteSite {
  static async create() {
    return new SqliteSite(await mkdtemp(join(tmpdir(), "medusa-api-key-native-faults-")));
  }

  /** @param {string} home */
  constructor(home) {
    this.home = home;
    this.file = join(home, "api-keys.db");
    this.urls = { direct: `sqlite:${this.file}`, pooled: undefined };
    /**
     * Runs `work` while every process is frozen: restoring takes three steps (one rename, two removals), and a process that opens the
     * file between them sees neither database.
     * @type {(work: () => void) => Promise<void>}
     */
    this.whileFrozen = async (work) => work();
    /** Called after the file was restored. @type {(from: number, to: number) => void} */
    this.onRestored = () => undefined;
  }

  /** @returns {Record<string, { begin: () => Promise<() => unknown>, last?: true }>} */
  get faults() {
    return {
      "restored-file": {
        begin: async () => {
          const backup = join(this.home, "backup.db");
          const from = now();
          this.sql(`VACUUM INTO '${backup}'`);
          return () => this.restore(backup, from);
        },
      },
    };
  }

  /**
   * Restores a backup as an operator does while services run: renames it over the file and removes the -wal and -shm files.
   * @param {string} backup
   * @param {number} from
   */
  async restore(backup, from) {
    await this.whileFrozen(() => {
      renameSync(backup, this.file);
      for (const suffix of ["-wal", "-shm"]) rmSync(`${this.file}${suffix}`, { force: true });
    });
    this.onRestored(from, now());
  }

  /**
   * Runs one statement and returns its rows.
   * @param {string} statement
   * @returns {any[]}
   */
  sql(statement) {
    const database = new Database(this.file, { timeout: 10_000 });
    try {
      return database.prepare(statement).all();
    } finally {
      database.close();
    }
  }

  /** Returns the current rows of the table. */
  async rows() {
    return this.sql("SELECT id, title, revoked_at IS NOT NULL AS revoked FROM api_key").map((row) => ({
      ...row,
      revoked: row.revoked === 1,
    }));
  }

  async stop() {
    await rm(this.home, { recursive: true, force: true });
  }
}

module.exports = { SqliteSite };
