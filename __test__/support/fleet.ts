// Several processes that call the service at the same time.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** What became of one call. A call without a value and a failure was cut off with its process. */
export interface Outcome {
  value?: unknown;
  failure?: { message: string; type?: string; outcome?: string };
}

/** A process of a fleet. */
export class Member {
  private readonly child: ChildProcess;
  private readonly exited: Promise<unknown>;
  private readonly pending = new Map<number, { outcomes: Outcome[]; left: number; done(): void }>();
  private calls = 0;

  /** Resolves when the process is connected. */
  static async start(options: object): Promise<Member> {
    const member = new Member(options);
    const [message] = (await once(member.child, "message")) as [{ ready?: boolean; message?: string }];
    if (!message.ready) throw new Error(message.message);
    return member;
  }

  private constructor(options: object) {
    this.child = fork(join(__dirname, "fleet-member.js"), [JSON.stringify(options)], { execArgv: [] });
    this.exited = once(this.child, "exit");
    this.child.on("message", (message: { number?: number; index: number } & Outcome) => {
      const call = this.pending.get(message.number ?? -1);
      if (!call) return;
      call.outcomes[message.index] = message;
      call.left -= 1;
      if (call.left === 0) call.done();
    });
    this.child.on("exit", () => {
      for (const call of this.pending.values()) call.done();
    });
  }

  /** Makes several calls of a method at once, and resolves when all have ended or the process has. */
  call(method: string, calls: unknown[][]): Promise<Outcome[]> {
    const number = ++this.calls;
    return new Promise((resolve) => {
      const outcomes: Outcome[] = calls.map(() => ({}));
      this.pending.set(number, { outcomes, left: calls.length, done: () => resolve(outcomes) });
      this.child.send({ number, method, calls }, () => undefined);
    });
  }

  /** Kills the process (SIGKILL) and waits for its end. */
  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.exited;
  }

  /** Lets the process end. */
  async stop(): Promise<void> {
    if (this.child.connected) this.child.disconnect();
    await this.exited;
  }
}

/** Starts as many processes as there are options, a few at a time. */
export async function startFleet(options: readonly object[]): Promise<Member[]> {
  const members: Member[] = [];
  for (let from = 0; from < options.length; from += 4) {
    members.push(...(await Promise.all(options.slice(from, from + 4).map((each) => Member.start(each)))));
  }
  return members;
}
