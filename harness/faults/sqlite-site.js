// The SQLite file of a run, and the fault that can befall it: a backup takes its place.

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
     * Does what it is given while every process stands still: to rename a file and to remove two others is three steps, and what opens
     * the file between them belongs to neither database.
     * @type {(work: () => void) => Promise<void>}
     */
    this.whileAllStandStill = async (work) => work();
    /** Hears of a restored file. @type {(from: number, to: number) => void} */
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
   * As an operator does it while services run: the backup is renamed over the file, and what stood beside it is removed.
   * @param {string} backup
   * @param {number} from
   */
  async restore(backup, from) {
    await this.whileAllStandStill(() => {
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

  /** The table as it is. */
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
