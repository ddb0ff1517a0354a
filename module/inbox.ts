import { clearInterval, setInterval } from "node:timers";
import type { NativeFailure } from "../binding";
import { ofFailure } from "./errors";
import type { ApiKey } from "./types";
import { makeKey } from "./wire";

type Row = Parameters<typeof makeKey>;

interface Waiting {
  resolve(key: ApiKey | null): void;
  reject(error: Error): void;
}

/** What is asked in one turn, each question at its place in all lists. */
interface Questions {
  tickets: number[];
  now: number[];
  tokens: string[];
  publishable: boolean[];
}

/** No timer can be set for longer. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Promises for the answers that Rust hands over many at a time. What is asked in one turn of JavaScript goes over together,
 * too. While a promise is open, a timer keeps the process alive, and the inbox with all that it refers to.
 */
export class Inbox {
  private readonly waiting = new Map<number, Waiting>();
  private hold: NodeJS.Timeout | undefined;
  private lastTicket = 0;
  private questions: Questions | null = null;

  /** `send` hands questions to Rust. */
  constructor(private readonly send: (questions: Questions) => void) {}

  /** Asks for a publishable key, or else a secret one, at a moment in epoch milliseconds. */
  ask(token: string, now: number, publishable: boolean): Promise<ApiKey | null> {
    return new Promise((resolve, reject) => {
      this.lastTicket = (this.lastTicket + 1) >>> 0;
      this.waiting.set(this.lastTicket, { resolve, reject });
      if (this.waiting.size === 1) {
        this.keepAlive();
      }
      const { tickets, now: moments, tokens, publishable: kinds } = this.toBeSent();
      tickets.push(this.lastTicket);
      moments.push(now);
      tokens.push(token);
      kinds.push(publishable);
    });
  }

  /** There is a key. */
  readonly found = (ticket: number, ...row: Row): void => this.settle(ticket)?.resolve(makeKey(...row));

  /** There is none. */
  readonly none = (ticket: number): void => this.settle(ticket)?.resolve(null);

  /** It could not be told. */
  readonly failed = (ticket: number, failure: NativeFailure): void => this.settle(ticket)?.reject(ofFailure(failure));

  /** Hands over what was asked in this turn. */
  sendOff(): void {
    const questions = this.questions;
    if (questions === null) {
      return;
    }
    this.questions = null;
    try {
      this.send(questions);
    } catch (error) {
      for (const ticket of questions.tickets) {
        this.settle(ticket)?.reject(error as Error);
      }
    }
  }

  /** Node's own timer, whatever fakes the global one. It does nothing when it fires. */
  private keepAlive(): void {
    this.hold = setInterval(() => this.waiting, LONGEST_MS);
  }

  private toBeSent(): Questions {
    if (this.questions === null) {
      this.questions = { tickets: [], now: [], tokens: [], publishable: [] };
      // A promise's own turn, which fake timers cannot hold up.
      void Promise.resolve().then(() => this.sendOff());
    }
    return this.questions;
  }

  private settle(ticket: number): Waiting | undefined {
    const waiting = this.waiting.get(ticket);
    this.waiting.delete(ticket);
    if (this.waiting.size === 0) {
      clearInterval(this.hold);
    }
    return waiting;
  }
}
