// Judges what the processes of a run report. It knows no service and no database: calls and rows go in, violations come out.
//
// Times are milliseconds on the clock that all processes share. A revocation is bracketed by its call and its answer; a success
// counts as a violation only when it began after the answer, plus the bound.

/** Reports of a frozen process come late, by this much at most. */
const LATE_REPORTS_MS = 5_000;
/** A killed process may have begun writes of which the report was lost. */
const LOST_REPORTS_MS = 1_000;
/** So many violations of one rule are listed; all are counted. */
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
    this.unjudged = [];
    /** Times between faults: what begins and ends in one must succeed. */
    this.calm = [{ from: 0, to: Number.POSITIVE_INFINITY }];
    /** @type {{ worker: string, from: number, to: number }[]} */
    this.frozen = [];
    /** @type {{ from: number, to: number }[]} */
    this.restored = [];
    /** Processes that are behind a pooler, whose own recovery is not judged. */
    this.pooled = new Set();
    /** @type {Map<string, { count: number, listed: string[] }>} */
    this.violations = new Map();
    this.answers = 0;
    /** Answers that came from memory, of the processes that lived to the end. */
    this.fromMemory = 0;
    this.worstDelayMs = Number.NEGATIVE_INFINITY;
    this.longestCallMs = 0;
  }

  /** A write is about to be called. @param {string} op @param {{ kind: Kind, worker: string, title: string, id?: string, at: number }} write */
  begun(op, { kind, worker, title, id, at }) {
    /** @type {Write} */
    const write = { kind, worker, title, id, begunAt: at, doneAt: Number.POSITIVE_INFINITY, outcome: "pending" };
    this.writes.set(op, write);
    const key = id === undefined ? undefined : this.keys.get(id);
    if (key) key.end = write;
  }

  /**
   * A write answered or rejected.
   * @param {string} op
   * @param {{ at: number, outcome: "done" | "rejected" | "unknown", key?: Key, reason?: string }} answer
   */
  done(op, { at, outcome, key, reason }) {
    const write = this.writes.get(op);
    if (!write) return;
    write.doneAt = at;
    write.outcome = outcome;
    this.answers += 1;
    if (key) {
      const { worker } = write;
      this.keys.set(key.id, { worker, creation: write, uncertainFrom: Number.POSITIVE_INFINITY });
    }
    this.judgeDuration(write.kind, write.worker, write.begunAt, at);
    if (outcome !== "done") this.judgeFailure(write.kind, write.worker, write.begunAt, at, reason);
  }

  /** @param {Authentication} call @param {number} seenAt @param {string} [reason] */
  authenticated(call, seenAt, reason) {
    this.answers += 1;
    this.judgeDuration("authenticate", call.worker, call.start, call.end);
    if (call.outcome === "failed") this.judgeFailure("authenticate", call.worker, call.start, call.end, reason);
    else this.unjudged.push({ seenAt, call });
  }

  /** A call is still waiting. @param {string} what @param {string} worker @param {number} begunAt @param {number} at */
  waiting(what, worker, begunAt, at) {
    this.judgeDuration(what, worker, begunAt, at);
  }

  /** @param {number} at */
  faultBegan(at) {
    const last = this.calm.at(-1);
    if (last) last.to = Math.min(last.to, at);
  }

  /** @param {number} at */
  faultEnded(at) {
    this.calm.push({ from: at + this.limits.recoveryMs, to: Number.POSITIVE_INFINITY });
  }

  /** A process stood still. @param {string} worker @param {number} from @param {number} to */
  stoodStill(worker, from, to) {
    this.frozen.push({ worker, from, to });
  }

  /** A process was killed: what it had begun is uncertain. @param {string} worker @param {number} at */
  killed(worker, at) {
    for (const key of this.keys.values()) {
      if (key.worker === worker) key.uncertainFrom = Math.min(key.uncertainFrom, at - LOST_REPORTS_MS);
    }
    for (const write of this.writes.values()) {
      if (write.worker === worker && write.outcome === "pending") write.outcome = "unknown";
    }
  }

  /** The database is as it was at `from` again since `to`. @param {number} from @param {number} to */
  wasRestored(from, to) {
    this.restored.push({ from, to });
  }

  /** Judges the authentications whose keys are fully reported by now. @param {number} at */
  judge(at) {
    const ready = this.unjudged.findIndex(({ seenAt }) => seenAt > at - LATE_REPORTS_MS);
    const judged = this.unjudged.splice(0, ready === -1 ? this.unjudged.length : ready);
    for (const { call } of judged) this.judgeAuthentication(call);
  }

  /** Judges what is left, and the table as it is at the end. @param {Row[]} rows */
  audit(rows) {
    this.judge(Number.POSITIVE_INFINITY);
    const byId = new Map(rows.map((row) => [row.id, row]));
    const titles = new Set(rows.map(({ title }) => title));
    for (const [op, write] of this.writes) {
      if (this.isExcused(write)) continue;
      const created = write.kind !== "revoke" && titles.has(write.title);
      const ended = write.kind !== "create" && byId.get(write.id ?? "")?.revoked === true;
      const wants = { create: [true, false], revoke: [false, true], roll: [true, true] }[write.kind];
      const whole = created === wants[0] && ended === wants[1];
      const nothing = !created && !ended;
      const shown = `${write.kind} ${op}, ${write.outcome}`;
      if (write.kind === "roll" && created !== ended) this.violated("a roll was carried out by half", shown);
      else if (write.outcome === "done" && !whole) this.violated("an acknowledged write is lost", shown);
      else if (write.outcome === "rejected" && !nothing) this.violated("a rejected write was carried out", shown);
    }
  }

  /** @param {Authentication} call */
  judgeAuthentication({ worker, id, start, end, outcome }) {
    const key = this.keys.get(id);
    if (!key || this.isExcused(key.creation) || (key.end && this.isExcused(key.end))) return;
    const endedAt = key.end?.outcome === "done" ? key.end.doneAt : Number.POSITIVE_INFINITY;
    if (outcome === "accepted") {
      const delay = start - endedAt;
      this.worstDelayMs = Math.max(this.worstDelayMs, delay);
      if (delay > this.limits.boundMs) {
        this.violated("a revoked key was accepted", `${worker}: ${delay.toFixed(1)} ms after the revocation`);
      }
    } else {
      const touchedAt = Math.min(key.uncertainFrom, key.end?.begunAt ?? Number.POSITIVE_INFINITY);
      if (start > key.creation.doneAt && end < touchedAt) this.violated("a live key was refused", worker);
    }
  }

  /** @param {string} what @param {string} worker @param {number} start @param {number} end */
  judgeDuration(what, worker, start, end) {
    let ms = end - start;
    for (const pause of this.frozen) {
      if (pause.worker === worker) ms -= Math.max(0, Math.min(end, pause.to) - Math.max(start, pause.from));
    }
    this.longestCallMs = Math.max(this.longestCallMs, ms);
    if (ms > this.limits.deadlineMs + this.limits.slackMs) {
      this.violated("a call outlasted its deadline", `${worker}: ${what} took ${ms.toFixed(0)} ms`);
    }
  }

  /** @param {string} what @param {string} worker @param {number} start @param {number} end @param {string} [reason] */
  judgeFailure(what, worker, start, end, reason) {
    if (this.pooled.has(worker) || !this.calm.some(({ from, to }) => start >= from && end <= to)) return;
    this.violated("a call failed although everything had been healed", `${worker}: ${what}: ${reason}`);
  }

  /** Whether a restored database may have undone it. @param {Write} write */
  isExcused({ begunAt, doneAt }) {
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
