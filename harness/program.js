// A program that runs alongside a test or script and ends with it.

const { spawn } = require("node:child_process");
const { once } = require("node:events");
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { createInterface } = require("node:readline");

const LOG_LINES = 50;

/** A running program. */
class Program {
  /**
   * Starts `command`. `options` are those of node:child_process, `endSignal` requests an orderly shutdown. The folder `remove` is deleted
   * if this process ends before the program.
   * @param {string} command
   * @param {string[]} args
   * @param {{ cwd?: string, uid?: number, gid?: number }} options
   * @param {NodeJS.Signals} endSignal
   * @param {string} remove
   * @returns {Promise<Program>}
   */
  static async start(command, args, options, endSignal, remove) {
    const order = JSON.stringify({ command, args, options, endSignal, remove });
    const keeper = spawn(process.execPath, [join(__dirname, "keep.js"), order], {
      // Its own process group: Ctrl+C reaches only this process, and the keeper ends after it.
      detached: true,
      stdio: ["pipe", "ignore", "pipe"],
    });
    const program = new Program(keeper);
    await Promise.race([once(program.lines, "pid"), program.exited]);
    if (program.ended) throw new Error(`${command} did not start: ${program.log}`);
    return program;
  }

  /** @param {import("node:child_process").ChildProcess} keeper */
  constructor(keeper) {
    this.keeper = keeper;
    /** @type {number} */
    this.pid = 0;
    this.ended = false;
    /** @type {string[]} */
    this.tail = [];
    this.exited = once(keeper, "exit").then(() => {
      this.ended = true;
    });
    this.lines = createInterface(/** @type {import("node:stream").Readable} */ (keeper.stderr));
    this.lines.on("line", (line) => {
      if (this.pid === 0 && line.startsWith("pid ")) {
        this.pid = Number(line.slice(4));
        this.lines.emit("pid");
      } else {
        this.tail.push(line);
        if (this.tail.length > LOG_LINES) this.tail.shift();
      }
    });
    // The keeper may have exited before its input is closed.
    keeper.stdin?.on("error", () => undefined);
  }

  /** The last lines that the program printed. */
  get log() {
    return this.tail.join("\n");
  }

  /** The ids of the program's child processes. */
  get children() {
    try {
      return readFileSync(`/proc/${this.pid}/task/${this.pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
    } catch {
      return [];
    }
  }

  /**
   * Sends a signal to the program, not to its child processes.
   * @param {NodeJS.Signals} signal
   */
  signal(signal) {
    send(this.pid, signal);
  }

  /** Suspends the program and its child processes (SIGSTOP); connected clients receive no notification. */
  freeze() {
    this.signal("SIGSTOP");
    for (const pid of this.children) send(pid, "SIGSTOP");
  }

  /** Resumes the program and its child processes. */
  thaw() {
    for (const pid of this.children) send(pid, "SIGCONT");
    this.signal("SIGCONT");
  }

  /** Kills the program (SIGKILL). */
  async kill() {
    this.signal("SIGKILL");
    await this.exited;
  }

  /** Shuts the program down in an orderly way. */
  async stop() {
    if (this.ended) return;
    this.thaw();
    this.keeper.kill("SIGTERM");
    await this.exited;
  }
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
function send(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // The process has already ended.
  }
}

module.exports = { Program };
