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

/** No timer can be set for longer. */
const LONGEST_MS = 2 ** 31 - 1;

/** Promises for the answers that Rust hands over many at a time. While one is open, the process stays alive. */
export class Inbox {
  private readonly waiting = new Map<number, Waiting>();
  // Node's own, whatever fakes the global one: it never fires, it only holds the event loop.
  private readonly hold = setInterval(() => undefined, LONGEST_MS).unref();
  private lastTicket = 0;

  /** Asks under a new ticket. */
  ask(start: (ticket: number) => void): Promise<ApiKey | null> {
    return new Promise((resolve, reject) => {
      this.lastTicket = (this.lastTicket + 1) >>> 0;
      const ticket = this.lastTicket;
      this.waiting.set(ticket, { resolve, reject });
      if (this.waiting.size === 1) {
        this.hold.ref();
      }
      start(ticket);
    });
  }

  /** There is a key. */
  readonly found = (ticket: number, ...row: Row): void => this.settle(ticket)?.resolve(makeKey(...row));

  /** There is none. */
  readonly none = (ticket: number): void => this.settle(ticket)?.resolve(null);

  /** It could not be told. */
  readonly failed = (ticket: number, failure: NativeFailure): void => this.settle(ticket)?.reject(ofFailure(failure));

  /** Lets go of the event loop for good; what is still open is settled all the same. */
  close(): void {
    clearInterval(this.hold);
  }

  private settle(ticket: number): Waiting | undefined {
    const waiting = this.waiting.get(ticket);
    this.waiting.delete(ticket);
    if (this.waiting.size === 0) {
      this.hold.unref();
    }
    return waiting;
  }
}
