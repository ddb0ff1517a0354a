// One run in one mode: processes work, faults come one after another, and the oracle judges.

const { pause } = require("../wait.js");
const { now } = require("./clock.js");
const { Oracle } = require("./oracle.js");
const { PostgresSite } = require("./postgres-site.js");
const { SqliteSite } = require("./sqlite-site.js");
const { Staff } = require("./staff.js");

const DEADLINE_MS = 3_000;
/** A busy machine with two cores schedules a process late, by less than this. */
const SLACK_MS = 1_000;
/**
 * From so long after a fault was healed on every call succeeds. A connection that was lost in silence is found within a second, and
 * made again within another.
 */
const RECOVERY_MS = 2_000;
const LEASE_MS = 50;
/** How long a fault lasts, and how long calls are watched after the recovery. */
const FAULT_MS = { least: 200, most: 1_500 };
const CALM_MS = 800;
const CLOCK_JUMP_MS = 2 * 3_600_000;

const HASHING = { argon2: { memoryKib: 64, iterations: 1 } };

/** The modes: where the service runs, and what its options are besides. */
const SETUPS = {
  strict: { site: PostgresSite, boundMs: 0, remembers: false, options: {} },
  leased: { site: PostgresSite, boundMs: LEASE_MS, remembers: true, options: { maxStaleness: LEASE_MS } },
  sqlite: { site: SqliteSite, boundMs: 0, remembers: true, options: {} },
};

/** Every kind of fault. A mode throws those that can befall it. */
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
  const { site: Site, boundMs, remembers, options } = SETUPS[mode];
  const random = randomFrom(seed);
  const oracle = new Oracle({ boundMs, deadlineMs: DEADLINE_MS, slackMs: SLACK_MS, recoveryMs: RECOVERY_MS });
  const staff = new Staff(oracle, layer);
  const wanted = (/** @type {string} */ name) => only === undefined || only.includes(name);
  const site = await Site.create({ faults: wanted });
  if (site instanceof SqliteSite) {
    site.whileAllStandStill = (work) => staff.whileAllStandStill(work);
    site.onRestored = (from, to) => {
      oracle.wasRestored(from, to);
      staff.tell("write", { type: "forget", since: from });
    };
  }
  /** @type {Record<string, number>} */
  const thrown = {};
  /** @type {unknown} */
  let broken;
  try {
    await hireAll(staff, site.urls, {
      ...HASHING,
      ...options,
      callTimeout: DEADLINE_MS,
    });
    const faults = { ...site.faults, ...faultsOfWorkers(staff, random) };
    const names = Object.keys(faults).filter(wanted);
    const plan = schedule(names, (name) => faults[name]?.last === true, random);
    const ends = now() + ms;
    for (const name of plan) {
      const left = ends - now();
      const isLast = faults[name]?.last === true;
      // What nothing can follow comes when there is time for one more.
      if (left < RECOVERY_MS + CALM_MS) break;
      if (isLast && left > 2 * (FAULT_MS.most + RECOVERY_MS + CALM_MS)) continue;
      await pause(CALM_MS);
      print(`  ${((ms - left) / 1000).toFixed(0)} s: ${name}`);
      oracle.faultBegan(now());
      const heal = await faults[name]?.begin();
      await pause(FAULT_MS.least + random() * (FAULT_MS.most - FAULT_MS.least));
      await heal?.();
      oracle.faultEnded(now());
      thrown[name] = (thrown[name] ?? 0) + 1;
      await pause(RECOVERY_MS);
      if (isLast) break;
    }
    await pause(CALM_MS);
    if (names.length === 0) await pause(Math.max(0, ends - now()));
    await staff.dismiss();
    oracle.audit(await site.rows());
    // A service that never answers from memory keeps every bound.
    if (remembers && layer === undefined && oracle.fromMemory === 0)
      oracle.violated("no answer came from memory", mode);
  } catch (error) {
    // What was seen until then still counts.
    broken = error;
  } finally {
    staff.kill();
    await site.stop();
  }
  return { mode, seed, thrown, oracle, broken };
}

/**
 * Two processes that authenticate and two that write; of each one through the pooler, if there is one.
 * @param {Staff} staff
 * @param {{ direct: string, pooled: string | undefined }} urls
 * @param {object} options
 */
async function hireAll(staff, { direct, pooled }, options) {
  for (const role of /** @type {const} */ (["write", "authenticate"])) {
    await staff.hire({ role, pooled: false, options: { ...options, databaseUrl: direct } });
    await staff.hire({ role, pooled: pooled !== undefined, options: { ...options, databaseUrl: pooled ?? direct } });
  }
}

/**
 * @param {Staff} staff
 * @param {() => number} random
 * @returns {Record<string, { begin: () => Promise<() => unknown>, last?: true }>}
 */
function faultsOfWorkers(staff, random) {
  const anyone = () => /** @type {any} */ (staff.workers[Math.floor(random() * staff.workers.length)]);
  return {
    "freeze-worker": { begin: async () => staff.freeze(anyone()) },
    "kill-worker": {
      begin: async () => {
        const replacing = staff.replace(anyone());
        return () => replacing;
      },
    },
    "clock-jump": {
      begin: async () => {
        const { child } = anyone();
        child.send({ type: "clock", ms: random() < 0.5 ? CLOCK_JUMP_MS : -CLOCK_JUMP_MS }, () => undefined);
        return () => undefined;
      },
    },
  };
}

/**
 * The order of faults: every kind once before any comes again.
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

/** Numbers from 0 to 1 that a seed decides (mulberry32). @param {number} seed */
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
