// Waiting for what is to come by itself. The only limit is the test's own.

/** Asks until the answer holds, and resolves to it. */
export async function until<T>(ask: () => T | Promise<T>, holds: (answer: T) => boolean = Boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (holds(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
