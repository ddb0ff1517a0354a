// A shell in which the commands of a document run as its reader enters them, one block after the other.

const { spawn } = require("node:child_process");
const { randomUUID } = require("node:crypto");
const { mkdtempSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { dirname, join } = require("node:path");

const STOPPING = [
  ["SIGTERM", 15_000],
  ["SIGKILL", 5_000],
];

/** Sends a signal; returns whether there was a process to receive it. */
function signaled(pid, signal) {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (error.code === "ESRCH") return false;
    throw error;
  }
}

/**
 * Starts a shell that keeps its folder and its variables between blocks. `log` receives all output as it arrives.
 * @param {{ folder: string, env?: NodeJS.ProcessEnv, log?: (text: string) => void }} options
 */
function openShell({ folder, env = process.env, log = () => undefined }) {
  // A process group of its own, so that close() also ends what the shell started.
  const shell = spawn("bash", ["--noprofile", "--norc"], { cwd: folder, env, detached: true });
  let output = "";
  let changed = () => undefined;
  let started = null;
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
      log(text);
      changed();
    });
  }
  const ended = new Promise((resolve) => shell.once("close", resolve));
  ended.then(() => changed());

  /** Resolves to the match when the output matches; rejects when the time is over or the shell ends. */
  async function until(pattern, timeoutMs) {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const match = pattern.exec(output);
      if (match) return match;
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`no ${pattern} within ${timeoutMs / 1_000} s, but:\n${output}`);
      if (shell.exitCode !== null) throw new Error(`the shell ended with ${shell.exitCode}:\n${output}`);
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, Math.min(left, 1_000));
        changed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Runs the commands; returns their output, or rejects if one fails. */
  async function run(commands, timeoutMs) {
    const mark = `done-${randomUUID()}`;
    output = "";
    // In the shell itself, not in a subshell, so that `cd` and variables last. The first failure ends the block.
    shell.stdin.write(`set -eE; trap 'echo "${mark} $?"; set +eE; trap - ERR; exec sleep infinity' ERR\n`);
    shell.stdin.write(`${commands}\n`);
    shell.stdin.write(`set +eE; trap - ERR; echo "${mark} 0"\n`);
    const [, status] = await until(new RegExp(`^${mark} (\\d+)$`, "m"), timeoutMs);
    const printed = output.slice(0, output.indexOf(mark));
    if (status !== "0") throw new Error(`exit code ${status} of:\n${commands}\n${printed}`);
    return printed;
  }

  /** Runs the commands, of which the last keeps running, until the output matches. Stops what an earlier call started. */
  async function start(commands, ready, timeoutMs) {
    await stop();
    const lines = commands.trim().split("\n");
    const last = lines.pop();
    if (lines.length > 0) await run(lines.join("\n"), timeoutMs);
    output = "";
    // Its output goes to a file, so that what later commands print is theirs alone. It has a process group of its own, to which stop()
    // sends its signal, as a terminal does.
    const file = join(mkdtempSync(join(tmpdir(), "medusa-api-key-native-shell-")), "output");
    writeFileSync(file, "");
    const command = last.replace(/\s+#.*$/, "");
    shell.stdin.write(`set -m; { ${command}; } </dev/null >>"${file}" 2>&1 & set +m; echo "started $!"\n`);
    const [, pid] = await until(/^started (\d+)$/m, timeoutMs);
    started = { pid: Number(pid), file };
    await printing(started, ready, Date.now() + timeoutMs);
  }

  async function printing({ pid, file }, ready, deadline) {
    for (;;) {
      const printed = readFileSync(file, "utf8");
      if (ready.test(printed)) return log(printed);
      if (!signaled(-pid, 0)) throw new Error(`it ended:\n${printed}`);
      if (Date.now() > deadline) throw new Error(`it did not print ${ready} in time, but:\n${printed}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Ends the process that start() started, and waits for it. */
  async function stop() {
    if (started === null) return;
    const { pid, file } = started;
    started = null;
    for (const [signal, waitMs] of STOPPING) {
      const deadline = Date.now() + waitMs;
      let running = signaled(-pid, signal);
      while (running && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        running = signaled(-pid, 0);
      }
      if (!running) break;
    }
    rmSync(dirname(file), { recursive: true, force: true });
  }

  async function close() {
    await stop();
    signaled(-shell.pid, "SIGKILL");
    await ended;
  }

  return { run, start, stop, close };
}

module.exports = { openShell };
