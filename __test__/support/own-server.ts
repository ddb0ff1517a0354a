// A PostgreSQL server that one test alone uses and may treat badly.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** Starts a server; `stop` resolves when it and its files are gone. */
export async function startOwnServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const server = spawn(process.execPath, [join(__dirname, "postgres-server.mjs")], {
    detached: true,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = once(server, "exit");
  const [line] = (await once(createInterface(server.stdout), "line")) as [string];
  return {
    url: (JSON.parse(line) as { url: string }).url,
    stop: async () => {
      server.stdin.end();
      await exited;
    },
  };
}
