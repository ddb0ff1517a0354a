import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { CommandError, EXIT, usageError } from "./exit";
import type { Terminal } from "./terminal";

/** Asks before a change. Without a terminal, and without `--yes`, the command is rejected. */
export async function confirm(terminal: Terminal, question: string, yes: boolean | undefined): Promise<void> {
  if (yes) {
    return;
  }
  rejectUnasked(terminal, yes);
  const answer = await ask(terminal, `${question} [y/N] `, "shown");
  if (!/^y(?:es)?$/i.test(answer?.trim() ?? "")) {
    throw new CommandError(EXIT.no, "declined; nothing was changed");
  }
}

/** Rejects a command that would have to ask, and cannot. */
export function rejectUnasked(terminal: Terminal, yes: boolean | undefined): void {
  if (!yes && !terminal.isInteractive) {
    throw usageError("this command asks before it changes anything; without a terminal, add --yes");
  }
}

/** Asks on standard error, and returns the answer; null if the input ends or is interrupted. */
export async function ask(terminal: Terminal, question: string, echo: "shown" | "hidden"): Promise<string | null> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const output = echo === "shown" ? terminal.messages : silent;
  const reader = createInterface({ input: terminal.input, output, terminal: true });
  if (echo === "hidden") {
    terminal.messages.write(question);
  }
  const closed = new Promise<null>((resolve) => {
    reader.once("close", () => resolve(null));
  });
  // A question that is interrupted is never answered.
  const answer = await Promise.race([reader.question(echo === "shown" ? question : ""), closed]);
  reader.close();
  if (echo === "hidden" || answer === null) {
    terminal.note("");
  }
  return answer;
}
