// Runs the built program as a user does, in a process of its own.

import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Database } from "../support/databases";
import { openService } from "../support/ours";
import type { OurService } from "../support/service";

const ROOT = join(__dirname, "../..");

/** The program that package.json names. */
export const PROGRAM = join(ROOT, "dist/cli/main.js");

/** Hashing that costs next to nothing. */
export const CHEAP = { hashing: "sha256" } as const;

/** How a sequence begins that sets the color of a terminal. */
export const ESCAPE = "\u001b[";

/** What a program left behind. */
export interface Run {
  exitCode: number | null;
  /** Standard output; on a pseudo-terminal, standard error, too. */
  stdout: string;
  stderr: string;
}

/** How to run the program. */
export interface Settings {
  env?: Record<string, string>;
  input?: string;
  cwd?: string;
}

/** Runs the program with an environment that has nothing but `PATH` and what is given. */
export function runProgram(args: readonly string[], settings: Settings = {}): Promise<Run> {
  return run(process.execPath, [PROGRAM, ...args], settings);
}

/** Runs the program on a pseudo-terminal of 120 columns, and types each line when its prompt has appeared. */
export function runOnTerminal(
  args: readonly string[],
  { env = {} }: Settings,
  typed: [prompt: string, text: string][],
) {
  const quoted = [process.execPath, PROGRAM, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  const command = `stty cols 120; exec ${quoted}`;
  return run(
    "script",
    ["--quiet", "--return", "--command", command, "/dev/null"],
    { env: { TERM: "xterm", ...env } },
    typed,
  );
}

/** A program on one database. */
export interface Cli {
  url: string;
  /** Runs a command, with `DATABASE_URL`. */
  run(...args: string[]): Promise<Run>;
  /** Runs a command with standard input. */
  pipe(input: string, ...args: string[]): Promise<Run>;
  /** Runs a command with `--json`, and parses the one value that it printed. */
  json(...args: string[]): Promise<{ exitCode: number | null; value: ReturnType<typeof JSON.parse> }>;
  /** Creates a key that is hashed cheaply, and returns what `create --json` printed. */
  create(...args: string[]): Promise<ReturnType<typeof JSON.parse>>;
  /** Runs `use` with a service on the same database. */
  withService<T>(use: (service: OurService) => Promise<T>): Promise<T>;
}

/** Gives each test of the suite the program on a new database with the table of keys. */
export function useCli(database: Database): () => Cli {
  let drop: () => Promise<void>;
  let cli: Cli;
  beforeEach(async () => {
    const created = await database.create();
    drop = created.drop;
    cli = cliOn(created.url);
    await cli.run("migrate");
  });
  afterEach(() => drop());
  return () => cli;
}

/** The program on the database at `url`. */
export function cliOn(url: string): Cli {
  const env = { DATABASE_URL: url };
  const json = async (...args: string[]) => {
    const { exitCode, stdout } = await runProgram([...args, "--json"], { env });
    return { exitCode, value: JSON.parse(stdout) };
  };
  return {
    url,
    run: (...args) => runProgram(args, { env }),
    pipe: (input, ...args) => runProgram(args, { env, input }),
    json,
    create: async (...args) => (await json("create", "--title", "A key", "--hashing", "sha256", ...args)).value,
    async withService(use) {
      const service = openService(url, CHEAP);
      return use(service).finally(() => service.close());
    },
  };
}

/** Output with what differs between two runs replaced by text of the same width. */
export function steady(text: string): string {
  return text
    .replace(/\b([sp])k_[0-9a-f]{64}\b/g, (_, kind) => `${kind}k_${"0".repeat(64)}`)
    .replace(/\b([sp])k_[0-9a-f]{3}\*{3}[0-9a-f]{3}\b/g, "$1k_000***000")
    .replace(/\bapk_[0-9A-HJKMNP-TV-Z]{26}\b/g, `apk_${"0".repeat(26)}`)
    .replace(/\b\d{4}-\d{2}-\d{2} \d{2}:\d{2}Z/g, "2026-11-28 12:00Z");
}

function run(
  command: string,
  args: readonly string[],
  { env = {}, input, cwd }: Settings,
  typed: [prompt: string, text: string][] = [],
): Promise<Run> {
  const child = spawn(command, args, { cwd, env: { PATH: process.env.PATH, ...env } as NodeJS.ProcessEnv });
  const found = { stdout: "", stderr: "" };
  const left = [...typed];
  child.stdout.on("data", (chunk) => {
    found.stdout += chunk;
    const [next] = left;
    if (next && found.stdout.includes(next[0])) {
      left.shift();
      child.stdin.write(next[1]);
    }
  });
  child.stderr.on("data", (chunk) => {
    found.stderr += chunk;
  });
  // A program that has ended does not read its input.
  child.stdin.on("error", () => undefined);
  if (typed.length === 0) child.stdin.end(input ?? "");
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode, ...found }));
  });
}
