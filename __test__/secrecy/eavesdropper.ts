// Listens to a process that uses a service: to all that it prints, is answered and hears.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** Where something was heard. */
export type Source = "printed" | "answer" | "error" | "log" | "notice" | "event";

/** What a call came to. */
export interface Came {
  answer?: unknown;
  /** The error's type; absent when the call answered. */
  failure?: string;
}

type Reply = Came & { number: number; created?: string[] };
type Message = Reply | { source: Source; text: string };

export class Eavesdropper {
  /** Everything that was heard, and where. */
  readonly heard: Record<Source, string[]> = { printed: [], answer: [], error: [], log: [], notice: [], event: [] };
  /** The tokens of secret keys that a creation's own answer showed, which is not among what was heard. */
  readonly tokens: string[] = [];
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, { resolve(reply: Reply): void; reject(error: Error): void }>();
  private readonly ended: Promise<unknown>;
  private asked = 0;

  constructor() {
    this.child = fork(join(__dirname, "talker.js"), {
      serialization: "advanced",
      silent: true,
      execArgv: [],
      // Whoever can be made to talk does.
      env: { ...process.env, RUST_LOG: "trace", RUST_BACKTRACE: "full", DEBUG: "*" },
    });
    const printed = [this.child.stdout, this.child.stderr].filter((stream) => stream !== null);
    for (const stream of printed) {
      stream.setEncoding("utf8").on("data", (text: string) => void this.heard.printed.push(text));
    }
    this.ended = Promise.all([once(this.child, "exit"), ...printed.map((stream) => once(stream, "end"))]);
    this.child.on("message", (message: Message) => this.hear(message));
    this.child.on("exit", () => {
      for (const { reject } of this.waiting.values()) reject(new Error(`It ended.\n${this.heard.printed.join("")}`));
    });
  }

  /** Lets the process open a service, the last one staying as it is. */
  open(options: object, { inMedusa = true } = {}): Promise<unknown> {
    return this.ask({ ask: "open", options, inMedusa });
  }

  /** Lets the service be called. An argument that is a function becomes another that does nothing. */
  async call(method: string, ...args: unknown[]): Promise<Came> {
    // No message carries a function.
    const functions = args.flatMap((arg, position) => (typeof arg === "function" ? [position] : []));
    const sent = args.map((arg) => (typeof arg === "function" ? null : arg));
    const { created = [], ...came } = await this.ask({ ask: "call", method, args: sent, functions });
    this.tokens.push(...created);
    return came;
  }

  /** Lets the event bus fail, or no more. */
  bus(state: { fails: boolean }): Promise<unknown> {
    return this.ask({ ask: "bus", ...state });
  }

  /** Lets `crypto.randomBytes` repeat itself, or no more. */
  randomness(state: { repeats: boolean }): Promise<unknown> {
    return this.ask({ ask: "randomness", ...state });
  }

  /** Lets the process end, and hears it out. */
  async stop(): Promise<void> {
    if (this.child.connected) this.child.disconnect();
    await this.ended;
  }

  private ask(what: object): Promise<Reply> {
    const number = ++this.asked;
    return new Promise((resolve, reject) => {
      this.waiting.set(number, { resolve, reject });
      this.child.send({ number, ...what });
    });
  }

  private hear(message: Message): void {
    if ("source" in message) return void this.heard[message.source].push(message.text);
    this.waiting.get(message.number)?.resolve(message);
    this.waiting.delete(message.number);
  }
}
