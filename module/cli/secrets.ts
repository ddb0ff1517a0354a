import { usageError } from "./exit";
import { ask } from "./questions";
import type { Terminal } from "./terminal";

/** A secret token anywhere in an argument. */
const TOKEN = /(?<![A-Za-z0-9])sk_[A-Za-z0-9_-]{16,}/;

/** More than the longest token and its line break. */
const MAX_LENGTH = 4_096;

/** Rejects a command line that holds a secret token. The message does not repeat it. */
export function rejectTokens(args: readonly string[]): void {
  const holdsToken = (argument: string) => TOKEN.test(argument) || /^--token(?:=|$)/.test(argument);
  if (args.some(holdsToken)) {
    throw tokenArgument();
  }
}

/** The error for a token in an argument. */
export function tokenArgument(): Error {
  return usageError(
    "a token must not be an argument: the shell keeps arguments in its history, and every user of the machine can " +
      "read them in the list of processes. Pass the token on standard input, for example: printenv API_KEY | " +
      "medusa-api-key-native verify. Revoke a token that was typed here.",
  );
}

/** Reads a token from standard input: asked for on a terminal without an echo, otherwise the whole input. */
export async function readToken(terminal: Terminal): Promise<string> {
  const text = terminal.input.isTTY ? await ask(terminal, "Token (not shown): ", "hidden") : await inputOf(terminal);
  const token = (text ?? "").trim();
  if (token === "") {
    throw usageError("standard input holds no token; for example: printenv API_KEY | medusa-api-key-native verify");
  }
  if (token.length > MAX_LENGTH || /\s/.test(token)) {
    throw usageError("standard input must hold one token and nothing else");
  }
  return token;
}

async function inputOf({ input }: Terminal): Promise<string> {
  let text = "";
  input.setEncoding("utf8");
  for await (const chunk of input) {
    text += chunk;
    if (text.length > MAX_LENGTH) break;
  }
  return text;
}
