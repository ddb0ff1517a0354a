// One run in one mode: processes call the service, faults are injected one after another, and the oracle checks the reports.

const { pause } = require("../wait.js");
const { now } = require("./clock.js");
const { Oracle } = require("./oracle.js");
const { PostgresSite } = require("./postgres-site.js");
const { SqliteSite } = require("./sqlite-site.js");
const { WorkerPool } = require("./worker-pool.js");

const DEADLINE_MS = 3_000;
/** The longest scheduling delay of a process on a busy machine with two cores. */
const SLACK_MS = 1_000;
/**
 * The time after the end of a fault until every call must succeed. A silently lost connection is detected within one second and
 * reconnected within another.
 */
const RECOVERY_MS = 2_000;
const LEASE_MS = 50;
/** The duration of a fault, and how long calls are checked after the recovery. */
const FAULT_MS = { least: 200, most: 1_500 };
const CHECKED_MS = 800;
const CLOCK_JUMP_MS = 2 * 3_600_000;

const HASHING = { argon2: { memoryKib: 64, iterations: 1 } };

/** The modes: the database, the bound on stale results, and further options of the service. */
const SETUPS = {
  strict: { site: PostgresSite, boundMs: 0, caches: false, options: {} },
  leased: { site: PostgresSite, boundMs: LEASE_MS, caches: true, options: { maxStaleness: LEASE_MS } },
  sqlite: { site: SqliteSite, boundMs: 0, caches: true, options: {} },
};

/** Every kind of fault. A mode injects those that its site offers. */
const FAULTS = [
  ...["freeze-worker", "kill-worker", "clock-jump"],
  ...["freeze-server", "kill-backend", "end-sessions", "crash-server", "failover", "freeze-pooler"],
  ...["cut", "cut-and-forget", "cut-answers", "mute-triggers", "restored-file"],
];

/** @typedef {keyof typeof SETUPS} Mode */

/**
 * @param {Mode} mode
 * @param {{ ms: number, seed: number, layer?: string, only?: string[], print?: (line: string) => void }} settings
 */
async function runTrial(mode, { ms, seed, layer, only, print = () => undefined }) {
  const { site: Site, boundMs, caches, options } = SETUPS[mode];
  const random = randomFrom(seed);
  const oracle = new Oracle({ boundMs, deadlineMs: DEADLINE_MS, slackMs: SLACK_MS, recoveryMs: RECOVERY_MS });
  const workers = new WorkerPool(oracle, layer);
  const wanted = (/** @type {string} */ name) => only === undefined || only.includes(name);
  const site = await Site.create({ faults: wanted });
  if (site instanceof SqliteSite) {
    site.whileFrozen = (work) => workers.whileFrozen(work);
    site.onRestored = (from, to) => {
      oracle.wasRestored(from, to);
      workers.send("write", { type: "forget", since: from });
    };
  }
  /** @type {Record<string, number>} */
  const injected = {};
  /** @type {unknown} */
  let broken;
  try {
    await startAll(workers, site.urls, {
      ...HASHING,
      ...options,
      callTimeout: DEADLINE_MS,
    });
    const faults = { ...site.faults, ...faultsOfWorkers(workers, random) };
    const names = Object.keys(faults).filter(wanted);
    const plan = schedule(names, (name) => faults[name]?.last === true, random);
    const ends = now() + ms;
    for (const name of plan) {
      const left = ends - now();
      const isLast = faults[name]?.last === true;
      // A last fault is injected when there is time for only one more.
      if (left < RECOVERY_MS + CHECKED_MS) break;
      if (isLast && left > 2 * (FAULT_MS.most + RECOVERY_MS + CHECKED_MS)) continue;
      await pause(CHECKED_MS);
      print(`  ${((ms - left) / 1000).toFixed(0)} s: ${name}`);
      oracle.faultBegan(now());
      const heal = await faults[name]?.begin();
      await pause(FAULT_MS.least + random() * (FAULT_MS.most - FAULT_MS.least));
      await heal?.();
      oracle.faultEnded(now());
      injected[name] = (injected[name] ?? 0) + 1;
      await pause(RECOVERY_MS);
      if (isLast) break;
    }
    await pause(CHECKED_MS);
    if (names.length === 0) await pause(Math.max(0, ends - now()));
    await workers.stop();
    oracle.audit(await site.rows());
    // Without a cache hit the run proves nothing about bounds.
    if (caches && layer === undefined && oracle.cacheHits === 0) oracle.violated("no result came from the cache", mode);
  } catch (error) {
    // Violations found before the error still count.
    broken = error;
  } finally {
    workers.kill();
    await site.stop();
  }
  return { mode, seed, injected, oracle, broken };
}

/**
 * Starts two processes that authenticate and two that write; one of each uses the pooler, if there is one.
 * @param {WorkerPool} workers
 * @param {{ direct: string, pooled: string | undefined }} urls
 * @param {object} options
 */
async function startAll(workers, { direct, pooled }, options) {
  for (const role of /** @type {const} */ (["write", "authenticate"])) {
    await workers.start({ role, pooled: false, options: { ...options, databaseUrl: direct } });
    await workers.start({ role, pooled: pooled !== undefined, options: { ...options, databaseUrl: pooled ?? direct } });
  }
}

/**
 * @param {WorkerPool} workers
 * @param {() => number} random
 * @returns {Record<string, { begin: () => Promise<() => unknown>, last?: true }>}
 */
function faultsOfWorkers(workers, random) {
  const randomWorker = () => /** @type {any} */ (workers.all[Math.floor(random() * workers.all.length)]);
  return {
    "freeze-worker": { begin: async () => workers.freeze(randomWorker()) },
    "kill-worker": {
      begin: async () => {
        const replacing = workers.replace(randomWorker());
        return () => replacing;
      },
    },
    "clock-jump": {
      begin: async () => {
        const { child } = randomWorker();
        child.send({ type: "clock", ms: random() < 0.5 ? CLOCK_JUMP_MS : -CLOCK_JUMP_MS }, () => undefined);
        return () => undefined;
      },
    },
  };
}

/**
 * Yields faults in random order: every kind once before any is repeated.
 * @param {string[]} names
 * @param {(name: string) => boolean} isLast
 * @param {() => number} random
 */
function* schedule(names, isLast, random) {
  const last = names.filter(isLast);
  const others = names.filter((name) => !isLast(name));
  if (others.length === 0) return yield* last;
  for (;;) {
    const round = others.map((name) => ({ name, place: random() })).sort((a, b) => a.place - b.place);
    for (const { name } of round) {
      yield* last;
      yield name;
    }
  }
}

/** Returns a generator of numbers from 0 to 1, determined by the seed (mulberry32). @param {number} seed */
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const MODES = /** @type {Mode[]} */ (Object.keys(SETUPS));

module.exports = { FAULTS, MODES, runTrial };
