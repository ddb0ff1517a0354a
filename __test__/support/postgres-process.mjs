// Starts postgres-server.mjs beside this process.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Answers `{ url, stop }` once the server takes connections; `stop` resolves when it and its files are gone. */
export async function startPostgres() {
  const server = spawn(process.execPath, [fileURLToPath(new URL("postgres-server.mjs", import.meta.url))], {
    // Of its own process group: Ctrl+C reaches this process alone, and the server ends after it.
    detached: true,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = new Promise((resolve) => server.once("exit", resolve));
  const url = await Promise.race([firstLine(server.stdout).then((line) => JSON.parse(line).url), exited.then(refuse)]);
  return {
    url,
    stop: async () => {
      server.stdin.end();
      await exited;
    },
  };
}

async function firstLine(stream) {
  for await (const line of createInterface(stream)) return line;
  return new Promise(() => {});
}

function refuse() {
  throw new Error("PostgreSQL did not start; its message is above.");
}
