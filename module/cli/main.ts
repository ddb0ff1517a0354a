#!/usr/bin/env node
// The program `medusa-api-key-native`.

import { EXIT } from "./exit";
import { run } from "./program";
import { Terminal } from "./terminal";

const terminal = new Terminal(process.stdin, process.stdout, process.stderr, process.env);
let isOutputLost = false;

process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => {
  // A reader that has seen enough, such as `head`, closes the pipe.
  if (code === "EPIPE" || isOutputLost) return;
  isOutputLost = true;
  process.exitCode = EXIT.failure;
  terminal.error(`standard output cannot be written: ${code}`);
});
// Without a reader of the messages the exit code remains.
process.stderr.on("error", () => undefined);

run(process.argv.slice(2), terminal, process.env).then((exitCode) => {
  process.exitCode = isOutputLost ? EXIT.failure : exitCode;
  // A terminal that was asked a question stays open.
  process.stdin.unref?.();
});
