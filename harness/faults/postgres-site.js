// The PostgreSQL servers of a run, the pooler and relay in front of them, and the faults to inject.

const { isInstalled } = require("../programs.js");
const { Network } = require("../network.js");
const { PgBouncer } = require("../pgbouncer.js");
const { PostgresServer } = require("../postgres.js");
const { Relay } = require("../relay.js");
const { waitUntil } = require("../wait.js");

/** Shortens the time that PgBouncer itself makes clients wait after a fault. */
const PROMPT_POOLER = { default_pool_size: 8, server_login_retry: 0.2, server_check_delay: 0, tcp_user_timeout: 1000 };

/** Makes a disconnected standby reconnect before the next fault. */
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
    /** The network or relay that interrupts connections. */
    this.cutter = /** @type {Network | Relay} */ (network ?? relay);
  }

  /** The URLs for workers: the servers' own, and the pooler's if there is one. */
  get urls() {
    const direct = this.relay?.url ?? this.primary.url();
    if (!this.standby) return { direct, pooled: this.pooler?.url };
    const { host, hostname } = new URL(direct);
    const hosts = `${host},${this.standby.host}:${this.standby.port}`;
    const several = `${direct.replace(`@${host}`, `@${hosts}`)}?target_session_attrs=read-write`;
    return { direct: hostname ? several : direct, pooled: this.pooler?.url };
  }

  /**
   * The faults by name: `begin` injects the fault and resolves to a function that ends it. No fault can follow one that is `last`.
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
          return () => this.waitUntilUp();
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
          this.network?.cutReplies();
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
   * Stops the primary and promotes the standby. Replication is made synchronous first, as a failover without loss requires: a lagging
   * standby would lose acknowledged commits.
   * @param {PostgresServer} standby
   */
  async failOver(standby) {
    await this.primary.replicateSynchronously();
    // Covers commits from before that, and a standby whose connection was cut.
    await standby.catchUp(this.primary);
    this.primary.postmaster?.signal("SIGINT");
    await this.primary.postmaster?.exited;
    return async () => {
      await standby.promote();
      this.primary = standby;
      await this.pooler?.retarget(standby.url());
      await this.waitUntilUp();
    };
  }

  /** Replaces every function that a trigger on the table calls by one that does nothing. */
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

  /** Waits until the server accepts queries. */
  async waitUntilUp() {
    await waitUntil(
      async () => (await this.primary.query("SELECT 1")).length === 1,
      () => "PostgreSQL no longer responds",
    );
  }

  /** Returns the current rows of the table. */
  async rows() {
    await this.waitUntilUp();
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
