// The PostgreSQL servers of a run, what stands before them, and the faults that can befall them.

const { isInstalled } = require("../programs.js");
const { Network } = require("../network.js");
const { PgBouncer } = require("../pgbouncer.js");
const { PostgresServer } = require("../postgres.js");
const { Relay } = require("../relay.js");
const { waitUntil } = require("../wait.js");

/** What PgBouncer itself would make its clients wait for after a fault. */
const PROMPT_POOLER = { default_pool_size: 8, server_login_retry: 0.2, server_check_delay: 0, tcp_user_timeout: 1000 };

/** A standby that was cut off comes back before the next fault. */
const PROMPT_STANDBY = {
  wal_receiver_timeout: "1s",
  wal_receiver_status_interval: "1s",
  wal_retrieve_retry_interval: "200ms",
};

class PostgresSite {
  /**
   * @param {{ faults: (name: string) => boolean }} wanted
   * @returns {Promise<PostgresSite>}
   */
  static async create(wanted) {
    const network = isInstalled("network") ? Network.create() : undefined;
    const primary = await PostgresServer.create({ network, settings: { wal_sender_timeout: "1s" } });
    const relay = network ? undefined : await Relay.start(primary.url());
    const standby = wanted.faults("failover") ? await primary.standby(PROMPT_STANDBY) : undefined;
    const usePooler = wanted.faults("freeze-pooler") && isInstalled("pgbouncer");
    const pooler = usePooler ? await PgBouncer.start(primary.url(), "transaction", PROMPT_POOLER) : undefined;
    return new PostgresSite({ network, primary, relay, standby, pooler });
  }

  /**
   * @param {{
   *   network?: Network, primary: PostgresServer, relay?: Relay, standby?: PostgresServer, pooler?: PgBouncer,
   * }} parts
   */
  constructor({ network, primary, relay, standby, pooler }) {
    this.first = primary;
    this.primary = primary;
    this.standby = standby;
    this.network = network;
    this.relay = relay;
    this.pooler = pooler;
    /** What cuts. */
    this.cutter = /** @type {Network | Relay} */ (network ?? relay);
  }

  /** The addresses for workers: the servers' own, and the pooler's if there is one. */
  get urls() {
    const direct = this.relay?.url ?? this.primary.url();
    if (!this.standby) return { direct, pooled: this.pooler?.url };
    const { host, hostname } = new URL(direct);
    const hosts = `${host},${this.standby.host}:${this.standby.port}`;
    const several = `${direct.replace(`@${host}`, `@${hosts}`)}?target_session_attrs=read-write`;
    return { direct: hostname ? several : direct, pooled: this.pooler?.url };
  }

  /**
   * What can happen, by name: begins, and answers what heals it. `last` is what nothing else can follow.
   * @returns {Record<string, { begin: () => Promise<() => unknown>, last?: true }>}
   */
  get faults() {
    const { cutter, pooler, standby } = this;
    /** @type {Record<string, { begin: () => Promise<() => unknown>, last?: true }>} */
    const faults = {
      "freeze-server": {
        begin: async () => {
          this.primary.freeze();
          return () => this.primary.thaw();
        },
      },
      "kill-backend": {
        begin: async () => {
          await this.primary.killBackend();
          return () => this.answers();
        },
      },
      "end-sessions": {
        begin: async () => {
          await this.primary.endSessions();
          return () => undefined;
        },
      },
      "crash-server": {
        begin: async () => {
          await this.primary.kill();
          return () => this.primary.start();
        },
      },
      "mute-triggers": { begin: () => this.muteTriggers() },
      cut: {
        begin: async () => {
          cutter.cut();
          return () => cutter.heal();
        },
      },
      "cut-and-forget": {
        begin: async () => {
          cutter.cut();
          return () => cutter.healForNewConnections();
        },
      },
    };
    if (this.network) {
      faults["cut-answers"] = {
        begin: async () => {
          this.network?.cutAnswers();
          return () => this.network?.healForNewConnections();
        },
      };
    }
    if (pooler) {
      faults["freeze-pooler"] = {
        begin: async () => {
          pooler.program.freeze();
          return () => pooler.program.thaw();
        },
      };
    }
    if (standby) faults.failover = { begin: () => this.failOver(standby), last: true };
    return faults;
  }

  /**
   * The primary ends, and the standby takes over. Replication is synchronous by then, as a failover without loss needs: a standby that
   * lags would lose what was acknowledged.
   * @param {PostgresServer} standby
   */
  async failOver(standby) {
    await this.primary.replicateSynchronously();
    // Commits before that, and a cut that may have cost the standby its connection.
    await standby.catchUp(this.primary);
    this.primary.postmaster?.signal("SIGINT");
    await this.primary.postmaster?.exited;
    return async () => {
      await standby.promote();
      this.primary = standby;
      await this.pooler?.retarget(standby.url());
      await this.answers();
    };
  }

  /** Every function that a trigger on the table calls does nothing for a while. */
  async muteTriggers() {
    const functions = await this.primary.query(
      `SELECT DISTINCT tgfoid::regprocedure::text AS name, pg_get_functiondef(tgfoid) AS definition
       FROM pg_trigger WHERE tgrelid = 'api_key'::regclass AND NOT tgisinternal`,
    );
    const mute = (/** @type {string} */ name) =>
      `CREATE OR REPLACE FUNCTION ${name} RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$`;
    for (const { name } of functions) await this.primary.query(mute(name));
    return async () => {
      for (const { definition } of functions) await this.primary.query(definition);
    };
  }

  /** Waits until the server answers. */
  async answers() {
    await waitUntil(
      async () => (await this.primary.query("SELECT 1")).length === 1,
      () => "PostgreSQL does not answer any more",
    );
  }

  /** The table as it is. */
  async rows() {
    await this.answers();
    return this.primary.query('SELECT id, title, revoked_at IS NOT NULL AS "revoked" FROM api_key');
  }

  async stop() {
    this.cutter.heal();
    await this.pooler?.stop();
    await this.relay?.stop();
    await this.first.remove();
    this.network?.remove();
  }
}

module.exports = { PostgresSite };
