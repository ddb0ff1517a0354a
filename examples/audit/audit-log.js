// Writes the events about keys to a table, in batches.

const { subscribe, unsubscribe } = require("node:diagnostics_channel");
const { Pool } = require("pg");

const CREATE_TABLE = `
  CREATE TABLE IF NOT EXISTS api_key_audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    name text NOT NULL,
    method text NOT NULL,
    outcome text NOT NULL,
    "keyId" text,
    "keyType" text,
    actor text,
    reason text,
    "successorId" text,
    "endsAt" timestamptz
  )`;

const COLUMNS = `at, name, method, outcome, "keyId", "keyType", actor, reason, "successorId", "endsAt"`;

const INSERT = `
  INSERT INTO api_key_audit (${COLUMNS})
  SELECT ${COLUMNS} FROM jsonb_populate_recordset(NULL::api_key_audit, $1)`;

/** Changes and refusals. `key.verified` would add a row for every request. */
const NAMES = ["key.created", "key.rolled", "key.revoked", "key.refused"];

const FLUSH_INTERVAL_MS = 1_000;

/** Events beyond this number are dropped and counted while the database cannot be written. */
const MAX_WAITING = 100_000;

class AuditLog {
  #pool;
  #names;
  #waiting = [];
  #writing = Promise.resolve();
  #timer;
  /** The number of events that were lost. */
  dropped = 0;

  constructor(databaseUrl, names = NAMES) {
    this.#pool = new Pool({ connectionString: databaseUrl, max: 1 });
    // An idle connection that breaks is replaced by the next write.
    this.#pool.on("error", () => undefined);
    this.#names = names.map((name) => `medusa-api-key-native:${name}`);
  }

  /** Creates the table and starts. */
  async start() {
    await this.#pool.query(CREATE_TABLE);
    for (const name of this.#names) subscribe(name, this.#add);
    this.#timer = setInterval(() => this.flush().catch(report), FLUSH_INTERVAL_MS);
    // The log alone keeps no process alive.
    this.#timer.unref();
  }

  /** Writes what is waiting. A batch that cannot be written waits for the next flush. */
  flush() {
    this.#writing = this.#writing
      .catch(() => undefined)
      .then(async () => {
        const batch = this.#waiting;
        this.#waiting = [];
        if (batch.length === 0) return;
        try {
          await this.#pool.query(INSERT, [JSON.stringify(batch)]);
        } catch (error) {
          this.#waiting = [...batch, ...this.#waiting];
          throw error;
        }
      });
    return this.#writing;
  }

  /** Stops, and writes what is waiting. */
  async stop() {
    for (const name of this.#names) unsubscribe(name, this.#add);
    clearInterval(this.#timer);
    await this.flush().finally(() => this.#pool.end());
  }

  // A subscriber runs inside the call, so it only takes a note.
  #add = (event) => {
    if (this.#waiting.length < MAX_WAITING) this.#waiting.push(event);
    else this.dropped++;
  };
}

function report(error) {
  console.error(`The audit log could not be written, and is retried: ${error.message}`);
}

module.exports = { AuditLog };
