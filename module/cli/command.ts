import { type Command, Option } from "commander";
import { ApiKeyError } from "../errors";
import type { ApiKeyModuleOptions } from "../options";
import type { ApiKeyModuleService } from "../service";
import { type ConnectionOptions, MIGRATE, rejectMissingFile, settingsOf, withService } from "./database";
import { CommandError, EXIT, type ExitCode } from "./exit";
import { shown, type Terminal } from "./terminal";
import { seconds } from "./times";

/** What the commands share. */
export interface Cli {
  /** The command that the others are added to. */
  program: Command;
  terminal: Terminal;
  env: NodeJS.ProcessEnv;
  /** Receives the exit code. */
  finish(exitCode: ExitCode): void;
}

/** A call of a command. */
export interface Call<Options> {
  service: ApiKeyModuleService;
  terminal: Terminal;
  /** The arguments that are not options. */
  operands: string[];
  options: Options & ConnectionOptions;
}

/** An example in a command's help: what it is for, and the command line without the program's name. */
export type Example = [purpose: string, line: string];

/** Adds a command with examples. Its own options are added before `connectable` adds the others. */
export function command({ program }: Cli, name: string, summary: string, examples: Example[]): Command {
  const lines = examples.map(([purpose, line]) => `  # ${purpose}\n  $ medusa-api-key-native ${line}`);
  return program
    .command(name)
    .description(summary)
    .addHelpText("after", `\nExamples:\n${lines.join("\n\n")}`);
}

/** Adds the options for the database and the output. */
export function connectable(to: Command): Command {
  return to
    .optionsGroup("Connection and output:")
    .option(
      "--database-url <url>",
      "postgres://… or sqlite:path (default: DATABASE_URL, which stays out of the history)",
    )
    .option("--schema <name>", "the PostgreSQL schema of the table (default: the first of the search path)")
    .option("--options <file>", "a JSON file with options of ApiKeyModuleService, such as ssl, hashing or hashKeys")
    .option("--timeout <duration>", "how long the call may take, such as 30s (default: 10s)", seconds)
    .option("--json", "print one JSON value instead of text");
}

/** The option for the hash of new secrets. */
export function hashingOption(): Option {
  return new Option(
    "--hashing <scheme>",
    "how the token is hashed; scrypt if Medusa's own module must accept it, too (default: argon2id)",
  ).choices(["argon2id", "scrypt", "sha256"]);
}

/** Returns the action of a command that runs `use` on an existing database. */
export function action<Options>(
  cli: Cli,
  use: (call: Call<Options>) => Promise<ExitCode>,
): (...given: unknown[]) => Promise<void> {
  return settingsAction<Options>(cli, (call, settings) => {
    rejectMissingFile(settings);
    return withService(settings, (service) => use({ ...call, service }));
  });
}

/** Returns the action of a command that opens the database itself, or not at all. */
export function settingsAction<Options>(
  { terminal, env, finish }: Cli,
  use: (call: Omit<Call<Options>, "service">, settings: ApiKeyModuleOptions) => Promise<ExitCode>,
): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    const called = given.at(-1) as Command;
    const options = called.opts<Options & ConnectionOptions>();
    try {
      finish(await use({ terminal, operands: called.args, options }, settingsOf(options, env)));
    } catch (error) {
      finish(report(terminal, error, options.json));
    }
  };
}

/** Writes why a command failed, and returns its exit code. */
export function report(terminal: Terminal, error: unknown, json: boolean | undefined): ExitCode {
  if (error instanceof CommandError) {
    terminal.error(shown(error.message));
    if (json && error.exitCode === EXIT.no) terminal.printJson(null);
    return error.exitCode;
  }
  if (!(error instanceof ApiKeyError)) {
    terminal.error(shown(error instanceof Error ? error.message : String(error)));
    return EXIT.failure;
  }
  terminal.error(shown(worded(error.message)));
  switch (error.type) {
    case "invalid_data":
    case "invalid_argument":
    case "not_allowed":
      return EXIT.usage;
    case "not_found":
      if (json) terminal.printJson(null);
      return EXIT.no;
    default:
      return EXIT.failure;
  }
}

/** Replaces advice for programs. */
function worded(message: string): string {
  return message.replace(
    /Leave the option `migrate` on or call `service\.migrate\(\)`\./,
    `Run: ${MIGRATE} (in a Medusa shop: npx medusa db:migrate).`,
  );
}
