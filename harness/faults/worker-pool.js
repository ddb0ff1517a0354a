// The worker processes of a run: starts, freezes, kills, replaces and stops them, and passes messages.

const { fork } = require("node:child_process");
const { once } = require("node:events");
const { join } = require("node:path");
const { pause } = require("../wait.js");
const { now } = require("./clock.js");

/** The time in which SIGSTOP reaches every thread of a process. */
const STOP_MS = 50;

/** The time for a process to end when requested; one that takes longer has a call that never ends. */
const END_MS = 15_000;

/**
 * @typedef {{ role: "authenticate" | "write", options: object, pooled: boolean }} Job
 * @typedef {{ name: string, job: Job, child: import("node:child_process").ChildProcess, ready: Promise<void>, ended: boolean }} Worker
 */

class WorkerPool {
  /**
   * @param {import("./oracle.js").Oracle} oracle
   * @param {string | undefined} layer
   */
  constructor(oracle, layer) {
    this.oracle = oracle;
    this.layer = layer;
    /** @type {Worker[]} */
    this.all = [];
    this.started = 0;
  }

  /**
   * Starts a process; resolves when its service is connected.
   * @param {Job} job
   */
  async start(job) {
    this.started += 1;
    const name = `${job.role}-${this.started}${job.pooled ? "-pooled" : ""}`;
    const { limits } = this.oracle;
    const order = { name, role: job.role, options: job.options, limits, layer: this.layer };
    const child = fork(join(__dirname, "worker.js"), [JSON.stringify(order)], { execArgv: [] });
    const ready = new Promise((/** @type {(value?: undefined) => void} */ resolve, reject) => {
      child.on("message", (/** @type {any} */ message) => {
        if (message.type === "ready") resolve();
        else if (message.type === "broken") reject(new Error(`${name}: ${message.message}`));
        else this.receive(worker, message);
      });
      child.once("exit", () => {
        worker.ended = true;
        reject(new Error(`${name} ended`));
      });
    });
    // Messages to a process that was just killed are lost.
    child.on("error", () => undefined);
    // A caller that kills the process does not await `ready`.
    ready.catch(() => undefined);
    /** @type {Worker} */
    const worker = { name, job, child, ready, ended: false };
    if (job.pooled) this.oracle.pooled.add(name);
    this.all.push(worker);
    await ready;
  }

  /** Forwards a worker's message to the oracle. @param {Worker} worker @param {any} message */
  receive({ name }, message) {
    if (message.type === "begun") this.oracle.begun(message.op, { ...message, worker: name });
    if (message.type === "done") {
      this.oracle.done(message.op, message);
      if (message.key) this.send("authenticate", { type: "keys", keys: [message.key] });
    }
    if (message.type === "memory") this.oracle.cacheHits += message.hits;
    if (message.type !== "reports") return;
    const seenAt = now();
    for (const report of message.reports) {
      if (report.type === "waiting") this.oracle.waiting(report.what, name, report.start, report.at);
      else this.oracle.authenticated({ ...report, worker: name }, seenAt, report.reason);
    }
    this.oracle.check(seenAt);
  }

  /** Sends a message to all workers of a role. @param {"authenticate" | "write"} role @param {object} message */
  send(role, message) {
    for (const { job, child } of this.all) {
      // Messages to a process that was just killed are lost; without a callback, send() would throw.
      if (job.role === role && child.connected) child.send(message, () => undefined);
    }
  }

  /** Freezes a process (SIGSTOP). @param {Worker} worker @returns {() => void} resumes it */
  freeze({ name, child }) {
    const from = now();
    child.kill("SIGSTOP");
    return () => {
      child.kill("SIGCONT");
      this.oracle.wasFrozen(name, from, now());
    };
  }

  /** Runs `work` while all processes are frozen. @param {() => void} work */
  async whileFrozen(work) {
    const thaws = this.all.map((worker) => this.freeze(worker));
    await pause(STOP_MS);
    work();
    for (const thaw of thaws) thaw();
  }

  /** Kills a process (SIGKILL) and starts another in its place. @param {Worker} worker */
  async replace(worker) {
    const exited = once(worker.child, "exit");
    const at = now();
    worker.child.kill("SIGKILL");
    await exited;
    this.oracle.killed(worker.name, at);
    this.all = this.all.filter((other) => other !== worker);
    await this.start(worker.job);
  }

  /** Lets every process finish its calls, close its service and exit. */
  async stop() {
    await Promise.all(
      this.all.map(async ({ name, child, ended }) => {
        if (ended) return;
        const exited = once(child, "exit");
        child.send({ type: "end" }, () => undefined);
        const late = setTimeout(() => {
          this.oracle.violated("a process did not end", name);
          child.kill("SIGKILL");
        }, END_MS);
        await exited;
        clearTimeout(late);
      }),
    );
  }

  /** Kills every process. */
  kill() {
    for (const { child } of this.all) child.kill("SIGKILL");
  }
}

module.exports = { WorkerPool };
