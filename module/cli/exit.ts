/** The exit codes of the commands. */
export const EXIT = {
  /** The command did what it was asked. */
  ok: 0,
  /** The database or the call failed. */
  failure: 1,
  /** The command line is wrong, or the service rejected an argument or what was asked of a key. Nothing was changed. */
  usage: 2,
  /** The answer is no: a refused token, no such key, a declined question, a problem that `doctor` found. */
  no: 3,
} as const;

/** An exit code. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with a message and an exit code. */
export class CommandError extends Error {
  constructor(
    readonly exitCode: ExitCode,
    message: string,
  ) {
    super(message);
  }
}

/** The error for a wrong command line. */
export function usageError(message: string): CommandError {
  return new CommandError(EXIT.usage, message);
}
