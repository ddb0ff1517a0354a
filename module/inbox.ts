import { clearInterval, setInterval } from "node:timers";
import type { RefusedToken, TokenAnswer } from "./activity";
import { ofFailure } from "./errors";
import { decodeKey, type KeyRow } from "./generated/columns";
import type { Failure } from "./outcome";
import type { ApiKeyType } from "./types";

/** What is asked about a token: the key to authenticate, a publishable key, or whether a key satisfies a demand. */
export type QuestionKind = ApiKeyType | "verify";

/** What Rust answers: the row of a key, the reason against it, or null. */
type SentAnswer = KeyRow | RefusedToken | null;

/** Questions of one kind, asked at one time in epoch milliseconds. Their tickets are consecutive. */
export interface Questions {
  kind: QuestionKind;
  /** The demand of `verify`, encoded. */
  demand: string;
  now: number;
  firstTicket: number;
  tokens: string[];
}

/** Questions without tickets yet, and the promises of their answers. */
interface Unsent {
  kind: QuestionKind;
  demand: string;
  now: number;
  tokens: string[];
  promises: Waiting[];
}

interface Waiting {
  resolve(answer: TokenAnswer): void;
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
  private pending = 0;
  private nextTicket = 1;
  /** Questions to send at the end of this turn. */
  private unsent: Unsent[] = [];
  /** The same, by kind, time and demand. */
  private readonly unsentByName = new Map<string, Unsent>();

  /** `send` passes questions to Rust. */
  constructor(private readonly send: (questions: Questions) => void) {}

  /** Asks about a token, at a time in epoch milliseconds. */
  ask(kind: QuestionKind, token: string, now: number, demand = ""): Promise<TokenAnswer> {
    return new Promise((resolve, reject) => {
      this.pending += 1;
      if (this.pending === 1) {
        this.keepAlive();
      }
      const questions = this.questionsOf(kind, now, demand);
      questions.tokens.push(token);
      questions.promises.push({ resolve, reject });
    });
  }

  /** Settles the promises of a batch of answers, given as JSON lists. */
  settleAll(lists: readonly string[]): void {
    for (const list of lists) {
      for (const [ticket, sent, failure] of JSON.parse(list) as [number, SentAnswer, Failure?][]) {
        this.settle(ticket, sent, failure);
      }
    }
  }

  /** Sends the questions of this turn. */
  flush(): void {
    const unsent = this.unsent;
    this.unsent = [];
    this.unsentByName.clear();
    for (const { promises, ...questions } of unsent) {
      const firstTicket = this.nextTicket;
      promises.forEach((promise, place) => {
        this.waiting.set((firstTicket + place) >>> 0, promise);
      });
      this.nextTicket = (firstTicket + promises.length) >>> 0;
      try {
        this.send({ ...questions, firstTicket });
      } catch (error) {
        promises.forEach((_, place) => {
          this.take((firstTicket + place) >>> 0)?.reject(error as Error);
        });
      }
    }
  }

  /** Starts a timer that does nothing when it fires. It is imported, so fake global timers do not affect it. */
  private keepAlive(): void {
    this.keepAliveTimer = setInterval(() => this.waiting, MAX_TIMER_MS);
  }

  /** The questions to which one of this kind, demand and time is added. */
  private questionsOf(kind: QuestionKind, now: number, demand: string): Unsent {
    const last = this.unsent.at(-1);
    if (last?.kind === kind && last.now === now && last.demand === demand) {
      return last;
    }
    const name = `${kind} ${now} ${demand}`;
    const known = this.unsentByName.get(name);
    if (known !== undefined) {
      return known;
    }
    if (this.unsent.length === 0) {
      // A microtask, which fake timers cannot delay.
      void Promise.resolve().then(() => this.flush());
    }
    const questions = { kind, demand, now, tokens: [], promises: [] };
    this.unsent.push(questions);
    this.unsentByName.set(name, questions);
    return questions;
  }

  /** Settles one promise, also if its answer cannot be decoded: the others of the batch must not wait for it. */
  private settle(ticket: number, sent: SentAnswer, failure: Failure | undefined): void {
    const promise = this.take(ticket);
    try {
      if (failure !== undefined) {
        throw ofFailure(failure);
      }
      promise?.resolve(Array.isArray(sent) ? decodeKey(sent) : sent);
    } catch (error) {
      promise?.reject(error as Error);
    }
  }

  private take(ticket: number): Waiting | undefined {
    const promise = this.waiting.get(ticket);
    if (this.waiting.delete(ticket)) {
      this.pending -= 1;
      if (this.pending === 0) {
        clearInterval(this.keepAliveTimer);
      }
    }
    return promise;
  }
}
