// The processes of a run: they are started, told of keys, frozen, killed, replaced, and asked to end.

const { fork } = require("node:child_process");
const { once } = require("node:events");
const { join } = require("node:path");
const { pause } = require("../wait.js");
const { now } = require("./clock.js");

/** In this time every thread of a process has seen SIGSTOP. */
const STOP_MS = 50;

/** A process that does not end by itself in this time after it was asked has a call that does not end. */
const END_MS = 15_000;

/**
 * @typedef {{ role: "authenticate" | "write", options: object, pooled: boolean }} Post
 * @typedef {{ name: string, post: Post, child: import("node:child_process").ChildProcess, ready: Promise<void>, ended: boolean }} Worker
 */

class Staff {
  /**
   * @param {import("./oracle.js").Oracle} oracle
   * @param {string | undefined} layer
   */
  constructor(oracle, layer) {
    this.oracle = oracle;
    this.layer = layer;
    /** @type {Worker[]} */
    this.workers = [];
    this.hired = 0;
  }

  /**
   * Starts a process; resolves when its service is connected.
   * @param {Post} post
   */
  async hire(post) {
    this.hired += 1;
    const name = `${post.role}-${this.hired}${post.pooled ? "-pooled" : ""}`;
    const { limits } = this.oracle;
    const order = { name, role: post.role, options: post.options, limits, layer: this.layer };
    const child = fork(join(__dirname, "worker.js"), [JSON.stringify(order)], { execArgv: [] });
    const ready = new Promise((/** @type {(value?: undefined) => void} */ resolve, reject) => {
      child.on("message", (/** @type {any} */ message) => {
        if (message.type === "ready") resolve();
        else if (message.type === "broken") reject(new Error(`${name}: ${message.message}`));
        else this.hear(worker, message);
      });
      child.once("exit", () => {
        worker.ended = true;
        reject(new Error(`${name} ended`));
      });
    });
    // What is sent to a process that was just killed is lost.
    child.on("error", () => undefined);
    // Whoever kills it does not wait for it.
    ready.catch(() => undefined);
    /** @type {Worker} */
    const worker = { name, post, child, ready, ended: false };
    if (post.pooled) this.oracle.pooled.add(name);
    this.workers.push(worker);
    await ready;
  }

  /** @param {Worker} worker @param {any} message */
  hear({ name }, message) {
    if (message.type === "begun") this.oracle.begun(message.op, { ...message, worker: name });
    if (message.type === "done") {
      this.oracle.done(message.op, message);
      if (message.key) this.tell("authenticate", { type: "keys", keys: [message.key] });
    }
    if (message.type === "memory") this.oracle.fromMemory += message.hits;
    if (message.type !== "reports") return;
    const seenAt = now();
    for (const report of message.reports) {
      if (report.type === "waiting") this.oracle.waiting(report.what, name, report.start, report.at);
      else this.oracle.authenticated({ ...report, worker: name }, seenAt, report.reason);
    }
    this.oracle.judge(seenAt);
  }

  /** @param {"authenticate" | "write"} role @param {object} message */
  tell(role, message) {
    for (const { post, child } of this.workers) {
      // What is sent to a process that was just killed is lost; without a callback that would be thrown.
      if (post.role === role && child.connected) child.send(message, () => undefined);
    }
  }

  /** Stops a process in place. @param {Worker} worker @returns {() => void} lets it go on */
  freeze({ name, child }) {
    const from = now();
    child.kill("SIGSTOP");
    return () => {
      child.kill("SIGCONT");
      this.oracle.stoodStill(name, from, now());
    };
  }

  /** Stops all processes in place, does something, and lets them go on. @param {() => void} work */
  async whileAllStandStill(work) {
    const thaws = this.workers.map((worker) => this.freeze(worker));
    await pause(STOP_MS);
    work();
    for (const thaw of thaws) thaw();
  }

  /** Kills a process without notice and starts another in its place. @param {Worker} worker */
  async replace(worker) {
    const exited = once(worker.child, "exit");
    const at = now();
    worker.child.kill("SIGKILL");
    await exited;
    this.oracle.killed(worker.name, at);
    this.workers = this.workers.filter((other) => other !== worker);
    await this.hire(worker.post);
  }

  /** Lets every process end its calls, close its service and leave. */
  async dismiss() {
    await Promise.all(
      this.workers.map(async ({ name, child, ended }) => {
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

  /** Ends every process at once. */
  kill() {
    for (const { child } of this.workers) child.kill("SIGKILL");
  }
}

module.exports = { Staff };
