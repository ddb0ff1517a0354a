#!/usr/bin/env node
// The program `medusa-api-key-native`.

import { run } from "./program";
import { Terminal } from "./terminal";

// A reader that has seen enough, such as `head`, closes the pipe.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

const terminal = new Terminal(process.stdin, process.stdout, process.stderr, process.env);

run(process.argv.slice(2), terminal, process.env).then((exitCode) => {
  process.exitCode = exitCode;
  // A terminal that was asked a question stays open.
  process.stdin.unref?.();
});
