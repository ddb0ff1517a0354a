// Runs one program while this process's standard input is open, so that an interrupted test run leaves no program behind.
//
//   node keep.js '{ "command", "args", "options", "endSignal", "remove" }'
//
// Prints the program's process id on one line. SIGTERM ends the program: it receives `endSignal`, then SIGKILL if it is still running.
// When the input closes, the folder `remove` is deleted as well.

const { spawn } = require("node:child_process");
const { rmSync } = require("node:fs");

const TIMEOUT_MS = 5_000;

const { command, args, options, endSignal, remove } = JSON.parse(process.argv[2]);
const program = spawn(command, args, { ...options, stdio: ["ignore", "inherit", "inherit"] });
program.once("error", (error) => {
  process.stderr.write(`${error.message}\n`);
  leave(1);
});
program.once("spawn", () => process.stderr.write(`pid ${program.pid}\n`));
program.once("exit", (code) => leave(code ?? 1));

let abandoned = false;
process.stdin
  .once("close", () => {
    abandoned = true;
    end();
  })
  .resume();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, end);

function end() {
  program.kill("SIGCONT");
  program.kill(endSignal);
  setTimeout(() => program.kill("SIGKILL"), TIMEOUT_MS).unref();
}

function leave(code) {
  if (abandoned && remove) rmSync(remove, { recursive: true, force: true, maxRetries: 3 });
  process.exit(code);
}
