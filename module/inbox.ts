/// <reference lib="es2024.string" />
import { clearInterval, setInterval } from "node:timers";
import { ofFailure } from "./errors";
import { decodeKey, type KeyRow } from "./generated/columns";
import type { Outcome } from "./outcome";
import type { ApiKey } from "./types";

/** The kind of key to look up: a secret key, neither revoked nor deleted, or a publishable key, revoked or not. */
export type QuestionKind = "secret" | "publishable";

interface Question {
  ticket: number;
  kind: QuestionKind;
  /** Epoch milliseconds. */
  now: number;
  token: string;
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
  private questions: Question[] | null = null;

  /** `send` passes questions to Rust, as JSON. */
  constructor(private readonly send: (questions: string) => void) {}

  /** Looks up the key of a token at a time in epoch milliseconds. */
  ask(kind: QuestionKind, token: string, now: number): Promise<ApiKey | null> {
    return new Promise((resolve, reject) => {
      this.lastTicket = (this.lastTicket + 1) >>> 0;
      this.waiting.set(this.lastTicket, { resolve, reject });
      if (this.waiting.size === 1) {
        this.keepAlive();
      }
      // Rust cannot decode a lone surrogate. No token contains one, nor the replacement character.
      this.batch().push({ ticket: this.lastTicket, kind, now, token: token.toWellFormed() });
    });
  }

  /** Settles the promises of a batch of answers, given as JSON. */
  settleAll(answers: string): void {
    for (const [ticket, outcome] of JSON.parse(answers) as [number, Outcome<KeyRow | null>][]) {
      const waiting = this.settle(ticket);
      if (outcome.failure !== undefined) {
        waiting?.reject(ofFailure(outcome.failure));
      } else {
        waiting?.resolve(outcome.value && decodeKey(outcome.value));
      }
    }
  }

  /** Sends the questions of this turn. */
  flush(): void {
    const questions = this.questions;
    if (questions === null) {
      return;
    }
    this.questions = null;
    try {
      this.send(JSON.stringify(questions));
    } catch (error) {
      for (const { ticket } of questions) {
        this.settle(ticket)?.reject(error as Error);
      }
    }
  }

  /** Starts a timer that does nothing when it fires. It is imported, so fake global timers do not affect it. */
  private keepAlive(): void {
    this.keepAliveTimer = setInterval(() => this.waiting, MAX_TIMER_MS);
  }

  private batch(): Question[] {
    if (this.questions === null) {
      this.questions = [];
      // A microtask, which fake timers cannot delay.
      void Promise.resolve().then(() => this.flush());
    }
    return this.questions;
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
