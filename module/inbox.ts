/// <reference lib="es2024.string" />
import { clearInterval, setInterval } from "node:timers";
import { ofFailure } from "./errors";
import { decodeKey, type KeyRow } from "./generated/columns";
import type { Outcome } from "./outcome";
import type { ApiKey } from "./types";

/** What a question asks for: a secret key that is neither revoked nor deleted, or a publishable key, revoked or not. */
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

/** No timer can be set for longer. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Promises for the answers that Rust returns in batches. The questions of one turn of JavaScript go over together, too. An open
 * promise holds a timer, which keeps the process alive, and with it the inbox and everything that it refers to.
 */
export class Inbox {
  private readonly waiting = new Map<number, Waiting>();
  private hold: NodeJS.Timeout | undefined;
  private lastTicket = 0;
  private questions: Question[] | null = null;

  /** `send` passes the JSON text of questions to Rust. */
  constructor(private readonly send: (questions: string) => void) {}

  /** Asks for the key of a token at a time in epoch milliseconds. */
  ask(kind: QuestionKind, token: string, now: number): Promise<ApiKey | null> {
    return new Promise((resolve, reject) => {
      this.lastTicket = (this.lastTicket + 1) >>> 0;
      this.waiting.set(this.lastTicket, { resolve, reject });
      if (this.waiting.size === 1) {
        this.keepAlive();
      }
      // Rust reads no lone surrogate; neither does any token hold one, nor what takes its place.
      this.toBeSent().push({ ticket: this.lastTicket, kind, now, token: token.toWellFormed() });
    });
  }

  /** Settles the promises of a batch of answers, given as JSON text. */
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
  sendOff(): void {
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

  /** Node's own timer, whatever fakes the global one. It does nothing when it fires. */
  private keepAlive(): void {
    this.hold = setInterval(() => this.waiting, LONGEST_MS);
  }

  private toBeSent(): Question[] {
    if (this.questions === null) {
      this.questions = [];
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
