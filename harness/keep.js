// Runs one program for as long as its own standard input is open, so that a test run that was interrupted leaves no program behind.
//
//   node keep.js '{ "command", "args", "options", "endSignal", "remove" }'
//
// Prints the program's process id in one line. SIGTERM ends the program: it gets `endSignal`, and SIGKILL where that does not help. When
// the input closes, the folder `remove` goes as well.

const { spawn } = require("node:child_process");
const { rmSync } = require("node:fs");

const PATIENCE_MS = 5_000;

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
  setTimeout(() => program.kill("SIGKILL"), PATIENCE_MS).unref();
}

function leave(code) {
  if (abandoned && remove) rmSync(remove, { recursive: true, force: true, maxRetries: 3 });
  process.exit(code);
}
