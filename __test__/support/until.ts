// Waiting for what a service does by itself in the background. The only limit is the test's own.

// Node's own, so that fake timers do not stop it.
import { setTimeout as pause } from "node:timers/promises";

/** Asks until the answer holds, and resolves to it. */
export async function until<T>(ask: () => T | Promise<T>, holds: (answer: T) => boolean = Boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (holds(answer)) return answer;
    await pause(2);
  }
}
