import { setInterval } from "node:timers";
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

/** The inboxes with pending promises. They and everything that they refer to exist until these are settled. */
const PENDING = new Set<Inbox>();

/** Keeps the process alive while a promise is pending. Does nothing when it fires; fake timers begin later. */
const KEEP_ALIVE = setInterval(() => PENDING, MAX_TIMER_MS).unref();

/** The number of kinds, times and demands of one turn among which a question is added to those like it. */
const MAX_COMPARED = 8;

/**
 * Promises for the answers that Rust returns in batches. The questions of one turn of the event loop are sent
 * together, too.
 */
export class Inbox {
  private readonly waiting = new Map<number, Waiting>();
  private pending = 0;
  private nextTicket = 1;
  /** Questions to send at the end of this turn. */
  private unsent: Unsent[] = [];

  /** `send` passes questions to Rust. */
  constructor(private readonly send: (questions: Questions) => void) {}

  /** Asks about a token, at a time in epoch milliseconds. */
  ask(kind: QuestionKind, token: string, now: number, demand = ""): Promise<TokenAnswer> {
    return new Promise((resolve, reject) => {
      this.pending += 1;
      if (this.pending === 1) {
        PENDING.add(this);
        KEEP_ALIVE.ref();
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

  /** The questions to which one of this kind, demand and time is added. */
  private questionsOf(kind: QuestionKind, now: number, demand: string): Unsent {
    const last = this.unsent.length - 1;
    for (let place = last; place >= 0 && place > last - MAX_COMPARED; place -= 1) {
      const known = this.unsent[place];
      if (known?.kind === kind && known.now === now && known.demand === demand) {
        return known;
      }
    }
    if (last < 0) {
      // A microtask, which fake timers cannot delay.
      void Promise.resolve().then(() => this.flush());
    }
    const questions = { kind, demand, now, tokens: [], promises: [] };
    this.unsent.push(questions);
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
        PENDING.delete(this);
        if (PENDING.size === 0) {
          KEEP_ALIVE.unref();
        }
      }
    }
    return promise;
  }
}
