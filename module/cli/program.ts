import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { type Cli, report } from "./command";
import { addCreate } from "./commands/create";
import { addDoctor } from "./commands/doctor";
import { addEnsure } from "./commands/ensure";
import { addList } from "./commands/list";
import { addMigrate } from "./commands/migrate";
import { addPrune } from "./commands/prune";
import { addRevoke } from "./commands/revoke";
import { addRoll } from "./commands/roll";
import { addShow } from "./commands/show";
import { addVerify } from "./commands/verify";
import { EXIT, type ExitCode } from "./exit";
import { rejectTokens } from "./secrets";
import { shown, type Terminal } from "./terminal";

/** In the order of the help. */
const COMMANDS = [
  ...[addCreate, addList, addShow, addRevoke, addRoll, addEnsure, addVerify, addPrune, addMigrate, addDoctor],
];

const EXIT_CODES = `
Exit codes:
  0  done
  1  the database or the call failed
  2  the command line is wrong; nothing was changed
  3  the answer is no: a refused token, no such key, a declined question, a problem that doctor found

Secrets are read from standard input and never from arguments. Each command has examples: medusa-api-key-native create --help`;

/** Runs a command line, without the names of Node.js and the program, and returns the exit code. */
export async function run(args: readonly string[], terminal: Terminal, env: NodeJS.ProcessEnv): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  const program = new Command("medusa-api-key-native")
    .description("Create, find, check and end API keys of Medusa, on PostgreSQL or SQLite.")
    .version(version(), "--version", "print the version")
    .helpOption("--help", "print help")
    .helpCommand(false)
    .addHelpText("after", EXIT_CODES)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.output.write(text),
      writeErr: (text) => terminal.messages.write(text),
      // An unknown option is repeated without its value.
      outputError: (text, write) => write(lines(terminal.withoutHidden(text).replace(/(--[\w-]+)=[^\n]*/g, "$1'"))),
    });
  const cli: Cli = {
    program,
    terminal,
    env,
    finish: (code) => {
      exitCode = code;
    },
  };
  for (const add of COMMANDS) add(cli);
  terminal.hideUrlsOf(args);
  try {
    rejectTokens(args);
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      return report(terminal, error, false);
    }
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  return exitCode;
}

/** Returns lines that a terminal shows as they are. */
function lines(text: string): string {
  return text.split("\n").map(shown).join("\n");
}

function version(): string {
  return JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8")).version;
}
