// Checks what the processes of a run report. It depends on no service and no database: calls and rows go in, violations come out.
//
// Times are milliseconds on the clock that all processes share. A revocation happens between its call and its result; a success
// counts as a violation only if it began after the result, plus the bound.

/** The longest delay of reports from a frozen process. */
const LATE_REPORTS_MS = 5_000;
/** Reports that a process sent this long before it was killed may be lost, with writes that it had begun. */
const LOST_REPORTS_MS = 1_000;
/** The number of violations that are listed per rule; all are counted. */
const LISTED = 5;

/**
 * @typedef {{ id: string, token: string }} Key
 * @typedef {"create" | "revoke" | "roll"} Kind
 * @typedef {{
 *   kind: Kind, worker: string, title: string, id?: string, begunAt: number, doneAt: number,
 *   outcome: "pending" | "done" | "rejected" | "unknown",
 * }} Write
 * @typedef {{ worker: string, id: string, start: number, end: number, outcome: "accepted" | "refused" | "failed" }} Authentication
 * @typedef {{ id: string, title: string, revoked: boolean }} Row
 * @typedef {{ boundMs: number, deadlineMs: number, slackMs: number, recoveryMs: number }} Limits
 */

class Oracle {
  /** @param {Limits} limits */
  constructor(limits) {
    this.limits = limits;
    /** @type {Map<string, { worker: string, creation: Write, end?: Write, uncertainFrom: number }>} */
    this.keys = new Map();
    /** @type {Map<string, Write>} */
    this.writes = new Map();
    /** @type {{ seenAt: number, call: Authentication }[]} */
    this.unchecked = [];
    /** The intervals between faults: a call that begins and ends in one must succeed. */
    this.faultless = [{ from: 0, to: Number.POSITIVE_INFINITY }];
    /** @type {{ worker: string, from: number, to: number }[]} */
    this.frozen = [];
    /** @type {{ from: number, to: number }[]} */
    this.restored = [];
    /** Processes behind a pooler, whose own recovery time is not checked. */
    this.pooled = new Set();
    /** @type {Map<string, { count: number, listed: string[] }>} */
    this.violations = new Map();
    this.results = 0;
    /** Results from the cache, of the processes that ran to the end. */
    this.cacheHits = 0;
    this.worstDelayMs = Number.NEGATIVE_INFINITY;
    this.longestCallMs = 0;
  }

  /** Records a write before its call. @param {string} op @param {{ kind: Kind, worker: string, title: string, id?: string, at: number }} write */
  begun(op, { kind, worker, title, id, at }) {
    /** @type {Write} */
    const write = { kind, worker, title, id, begunAt: at, doneAt: Number.POSITIVE_INFINITY, outcome: "pending" };
    this.writes.set(op, write);
    const key = id === undefined ? undefined : this.keys.get(id);
    if (key) key.end = write;
  }

  /**
   * Records the result or error of a write.
   * @param {string} op
   * @param {{ at: number, outcome: "done" | "rejected" | "unknown", key?: Key, reason?: string }} answer
   */
  done(op, { at, outcome, key, reason }) {
    const write = this.writes.get(op);
    if (!write) return;
    write.doneAt = at;
    write.outcome = outcome;
    this.results += 1;
    if (key) {
      const { worker } = write;
      this.keys.set(key.id, { worker, creation: write, uncertainFrom: Number.POSITIVE_INFINITY });
    }
    this.checkDuration(write.kind, write.worker, write.begunAt, at);
    if (outcome !== "done") this.checkFailure(write.kind, write.worker, write.begunAt, at, reason);
  }

  /** Records a finished authentication. @param {Authentication} call @param {number} seenAt @param {string} [reason] */
  authenticated(call, seenAt, reason) {
    this.results += 1;
    this.checkDuration("authenticate", call.worker, call.start, call.end);
    if (call.outcome === "failed") this.checkFailure("authenticate", call.worker, call.start, call.end, reason);
    else this.unchecked.push({ seenAt, call });
  }

  /** Records that a call is still pending. @param {string} what @param {string} worker @param {number} begunAt @param {number} at */
  waiting(what, worker, begunAt, at) {
    this.checkDuration(what, worker, begunAt, at);
  }

  /** @param {number} at */
  faultBegan(at) {
    const last = this.faultless.at(-1);
    if (last) last.to = Math.min(last.to, at);
  }

  /** @param {number} at */
  faultEnded(at) {
    this.faultless.push({ from: at + this.limits.recoveryMs, to: Number.POSITIVE_INFINITY });
  }

  /** Records that a process was frozen. @param {string} worker @param {number} from @param {number} to */
  wasFrozen(worker, from, to) {
    this.frozen.push({ worker, from, to });
  }

  /** Records that a process was killed: the outcome of its pending writes is unknown. @param {string} worker @param {number} at */
  killed(worker, at) {
    for (const key of this.keys.values()) {
      if (key.worker === worker) key.uncertainFrom = Math.min(key.uncertainFrom, at - LOST_REPORTS_MS);
    }
    for (const write of this.writes.values()) {
      if (write.worker === worker && write.outcome === "pending") write.outcome = "unknown";
    }
  }

  /** Records that at `to` the database was restored to its state at `from`. @param {number} from @param {number} to */
  wasRestored(from, to) {
    this.restored.push({ from, to });
  }

  /** Checks the authentications whose keys are fully reported by now. @param {number} at */
  check(at) {
    const end = this.unchecked.findIndex(({ seenAt }) => seenAt > at - LATE_REPORTS_MS);
    const due = this.unchecked.splice(0, end === -1 ? this.unchecked.length : end);
    for (const { call } of due) this.checkAuthentication(call);
  }

  /** Checks the remaining authentications, and the final rows of the table. @param {Row[]} rows */
  audit(rows) {
    this.check(Number.POSITIVE_INFINITY);
    const byId = new Map(rows.map((row) => [row.id, row]));
    const titles = new Set(rows.map(({ title }) => title));
    for (const [op, write] of this.writes) {
      if (this.mayBeUndone(write)) continue;
      const created = write.kind !== "revoke" && titles.has(write.title);
      const ended = write.kind !== "create" && byId.get(write.id ?? "")?.revoked === true;
      const wants = { create: [true, false], revoke: [false, true], roll: [true, true] }[write.kind];
      const whole = created === wants[0] && ended === wants[1];
      const nothing = !created && !ended;
      const shown = `${write.kind} ${op}, ${write.outcome}`;
      if (write.kind === "roll" && created !== ended) this.violated("a roll was half applied", shown);
      else if (write.outcome === "done" && !whole) this.violated("an acknowledged write is lost", shown);
      else if (write.outcome === "rejected" && !nothing) this.violated("a rejected write was applied", shown);
    }
  }

  /** @param {Authentication} call */
  checkAuthentication({ worker, id, start, end, outcome }) {
    const key = this.keys.get(id);
    if (!key || this.mayBeUndone(key.creation) || (key.end && this.mayBeUndone(key.end))) return;
    const endedAt = key.end?.outcome === "done" ? key.end.doneAt : Number.POSITIVE_INFINITY;
    if (outcome === "accepted") {
      const delay = start - endedAt;
      this.worstDelayMs = Math.max(this.worstDelayMs, delay);
      if (delay > this.limits.boundMs) {
        this.violated("a revoked key was accepted", `${worker}: ${delay.toFixed(1)} ms after the revocation`);
      }
    } else {
      const touchedAt = Math.min(key.uncertainFrom, key.end?.begunAt ?? Number.POSITIVE_INFINITY);
      if (start > key.creation.doneAt && end < touchedAt) this.violated("a live key was rejected", worker);
    }
  }

  /** @param {string} what @param {string} worker @param {number} start @param {number} end */
  checkDuration(what, worker, start, end) {
    let ms = end - start;
    for (const pause of this.frozen) {
      if (pause.worker === worker) ms -= Math.max(0, Math.min(end, pause.to) - Math.max(start, pause.from));
    }
    this.longestCallMs = Math.max(this.longestCallMs, ms);
    if (ms > this.limits.deadlineMs + this.limits.slackMs) {
      this.violated("a call exceeded its deadline", `${worker}: ${what} took ${ms.toFixed(0)} ms`);
    }
  }

  /** @param {string} what @param {string} worker @param {number} start @param {number} end @param {string} [reason] */
  checkFailure(what, worker, start, end, reason) {
    if (this.pooled.has(worker) || !this.faultless.some(({ from, to }) => start >= from && end <= to)) return;
    this.violated("a call failed after recovery", `${worker}: ${what}: ${reason}`);
  }

  /** Returns whether a restore may have undone a write. @param {Write} write */
  mayBeUndone({ begunAt, doneAt }) {
    return this.restored.some(({ from, to }) => doneAt > from && begunAt < to);
  }

  /** @param {string} rule @param {string} what */
  violated(rule, what) {
    const found = this.violations.get(rule) ?? { count: 0, listed: [] };
    found.count += 1;
    if (found.listed.length < LISTED) found.listed.push(what);
    this.violations.set(rule, found);
  }
}

module.exports = { Oracle };
