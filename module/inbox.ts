import { clearInterval, setInterval } from "node:timers";
import { ofFailure } from "./errors";
import { decodeKey, type KeyRow } from "./generated/columns";
import type { Failure } from "./outcome";
import type { ApiKey } from "./types";

/** The kind of key to look up: a secret key, neither revoked nor deleted, or a publishable key, revoked or not. */
export type QuestionKind = "secret" | "publishable";

/** Questions of one kind, asked at one time in epoch milliseconds. Their tickets are consecutive. */
export interface Questions {
  kind: QuestionKind;
  now: number;
  firstTicket: number;
  tokens: string[];
}

interface Waiting {
  resolve(key: ApiKey | null): void;
  reject(error: Error): void;
}

/** The maximum delay of a timer. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Promises for the answers that Rust returns in batches. The questions of one turn of the event loop are sent
 * together, too. While a promise is pending, a timer keeps the process alive, and with it the inbox and everything
 * that it refers to.
 */
export class Inbox {
  private readonly waiting = new Map<number, Waiting>();
  private keepAliveTimer: NodeJS.Timeout | undefined;
  private lastTicket = 0;
  /** Questions to send at the end of this turn. */
  private unsent: Questions[] = [];

  /** `send` passes questions to Rust. */
  constructor(private readonly send: (questions: Questions) => void) {}

  /** Looks up the key of a token at a time in epoch milliseconds. */
  ask(kind: QuestionKind, token: string, now: number): Promise<ApiKey | null> {
    return new Promise((resolve, reject) => {
      this.lastTicket = (this.lastTicket + 1) >>> 0;
      this.waiting.set(this.lastTicket, { resolve, reject });
      if (this.waiting.size === 1) {
        this.keepAlive();
      }
      this.questionsOf(kind, now, this.lastTicket).tokens.push(token);
    });
  }

  /** Settles the promises of a batch of answers, given as JSON. */
  settleAll(answers: string): void {
    for (const [ticket, row, failure] of JSON.parse(answers) as [number, KeyRow | null, Failure?][]) {
      const waiting = this.settle(ticket);
      if (failure === undefined) {
        waiting?.resolve(row && decodeKey(row));
      } else {
        waiting?.reject(ofFailure(failure));
      }
    }
  }

  /** Sends the questions of this turn. */
  flush(): void {
    const unsent = this.unsent;
    this.unsent = [];
    for (const questions of unsent) {
      try {
        this.send(questions);
      } catch (error) {
        questions.tokens.forEach((_, place) => {
          this.settle((questions.firstTicket + place) >>> 0)?.reject(error as Error);
        });
      }
    }
  }

  /** Starts a timer that does nothing when it fires. It is imported, so fake global timers do not affect it. */
  private keepAlive(): void {
    this.keepAliveTimer = setInterval(() => this.waiting, MAX_TIMER_MS);
  }

  /** The questions to which one of this kind and time is added. */
  private questionsOf(kind: QuestionKind, now: number, ticket: number): Questions {
    const last = this.unsent.at(-1);
    if (last !== undefined && last.kind === kind && last.now === now) {
      return last;
    }
    if (last === undefined) {
      // A microtask, which fake timers cannot delay.
      void Promise.resolve().then(() => this.flush());
    }
    const questions = { kind, now, firstTicket: ticket, tokens: [] };
    this.unsent.push(questions);
    return questions;
  }

  private settle(ticket: number): Waiting | undefined {
    const waiting = this.waiting.get(ticket);
    this.waiting.delete(ticket);
    if (this.waiting.size === 0) {
      clearInterval(this.keepAliveTimer);
    }
    return waiting;
  }
}
