// A shell in which the commands of a document run as its reader enters them, one block after the other.

const { spawn } = require("node:child_process");
const { randomUUID } = require("node:crypto");

/**
 * Starts a shell that keeps its folder and its variables between blocks. `log` receives all output as it arrives.
 * @param {{ folder: string, env?: NodeJS.ProcessEnv, log?: (text: string) => void }} options
 */
function openShell({ folder, env = process.env, log = () => undefined }) {
  // A process group of its own, so that close() also ends what the shell started.
  const shell = spawn("bash", ["--noprofile", "--norc"], { cwd: folder, env, detached: true });
  let output = "";
  let changed = () => undefined;
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

  /** Runs the commands, of which the last keeps running, until the output matches. */
  async function start(commands, ready, timeoutMs) {
    const lines = commands.trim().split("\n");
    const last = lines.pop();
    const printed = lines.length > 0 ? await run(lines.join("\n"), timeoutMs) : "";
    output = "";
    shell.stdin.write(`{ ${last.replace(/\s+#.*$/, "")}; } </dev/null &\n`);
    await until(ready, timeoutMs);
    return printed + output;
  }

  async function close() {
    try {
      process.kill(-shell.pid, "SIGTERM");
      const timer = setTimeout(() => process.kill(-shell.pid, "SIGKILL"), 10_000);
      await ended;
      clearTimeout(timer);
    } catch (error) {
      if (error.code !== "ESRCH") throw error;
    }
  }

  return { run, start, close };
}

module.exports = { openShell };
