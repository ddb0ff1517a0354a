// A race between a process that authenticates and one that revokes.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { SECRET, type Service } from "../support/service";

/** What the other process answers in one round. */
type Message = { round: number; warm?: true; lastStart?: string | null; error?: string };

/** The key of a round. */
export interface Contender {
  id: string;
  token: string;
}

/** What a race came to. */
export interface Outcome {
  rounds: number;
  /** The longest time from a commit to the start of a success after it, in ms; negative when none started after it. */
  worstMs: number;
}

/** A process that authenticates. */
export class Authenticator {
  private readonly child: ChildProcess;
  private readonly inbox: Message[] = [];
  private wake: () => void = () => undefined;
  private round = 0;

  constructor(options: object) {
    this.child = fork(join(__dirname, "authenticator.js"), [JSON.stringify(options)], { execArgv: [] });
    this.child.on("message", (message: Message) => {
      this.inbox.push(message);
      this.wake();
    });
    this.child.on("exit", () => {
      this.inbox.push({ round: this.round, error: "The process that authenticates ended." });
      this.wake();
    });
  }

  /**
   * Lets the process authenticate while `revoke` runs. Answers by how many ms the start of the last success was later than
   * the end of `revoke`.
   */
  async race(token: string, revoke: () => Promise<unknown>): Promise<number> {
    this.round += 1;
    this.child.send({ token });
    const first = await this.next();
    if (!first.warm) throw new Error("A live key was refused.");
    await revoke();
    const committed = process.hrtime.bigint();
    const { lastStart } = await this.next();
    return Number(BigInt(lastStart as string) - committed) / 1e6;
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const exited = once(this.child, "exit");
    this.child.disconnect();
    await exited;
  }

  private async next(): Promise<Message> {
    while (this.inbox.length === 0) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    const message = this.inbox.shift() as Message;
    if (message.error !== undefined) throw new Error(message.error);
    return message;
  }
}

/** Races with fresh keys, each revoked in its turn. */
export async function run(
  rounds: number,
  authenticator: Authenticator,
  creator: Service,
  revoke: (key: Contender, round: number) => Promise<unknown>,
): Promise<Outcome> {
  const keys = await creator.createApiKeys(Array.from({ length: rounds }, () => SECRET));
  let worstMs = Number.NEGATIVE_INFINITY;
  for (const [round, key] of keys.entries()) {
    worstMs = Math.max(worstMs, await authenticator.race(key.token, () => revoke(key, round)));
  }
  return { rounds, worstMs };
}
