// Medusa's command line in a process of its own, as a user runs it.

import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";

const MEDUSA = join(__dirname, "../../node_modules/@medusajs/cli/cli.js");
const KEPT_LINES = 60;

export interface MedusaProcess {
  child: ChildProcess;
  /** Resolves with the line that holds `text`, and fails if the process ends without. */
  prints(text: string): Promise<string>;
  /** Resolves when the process has ended: with its exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals | null>;
  /** The last lines that it printed. */
  log(): string;
}

/** Starts `medusa …` in a shop's folder. */
export function startMedusa(shop: string, databaseUrl: string, args: string[]): MedusaProcess {
  const child = spawn(process.execPath, [MEDUSA, ...args], {
    cwd: shop,
    env: environment(databaseUrl),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const lines: string[] = [];
  const waiting = new Map<string, (line: string) => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      for (const [text, resolve] of waiting) if (line.includes(text)) resolve(line);
    });
  }
  const log = () => lines.join("\n");
  const ended = new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      process.off("exit", kill);
      resolve(code ?? signal);
    });
  });
  const prints = (text: string) =>
    new Promise<string>((resolve, reject) => {
      waiting.set(text, resolve);
      ended.then((code) => reject(new Error(`medusa ${args[0]} ended with ${code}:\n${log()}`)), reject);
    });
  return { child, prints, ended, log };
}

/** Runs `medusa …` to its end; fails unless it succeeds. */
export async function runMedusa(shop: string, databaseUrl: string, args: string[]): Promise<void> {
  const { ended, log } = startMedusa(shop, databaseUrl, args);
  const code = await ended;
  if (code !== 0) throw new Error(`medusa ${args[0]} ended with ${code}:\n${log()}`);
}

// Jest's own settings, such as NODE_ENV=test, are not the shop's.
function environment(databaseUrl: string): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, SystemRoot } = process.env;
  return {
    ...{ PATH, HOME, TMPDIR, SystemRoot },
    DATABASE_URL: databaseUrl,
    JWT_SECRET: "a text that signs the tests' tokens",
    COOKIE_SECRET: "a text that signs the tests' cookies",
    DISABLE_MEDUSA_ADMIN: "true",
    MEDUSA_DISABLE_TELEMETRY: "true",
  };
}
