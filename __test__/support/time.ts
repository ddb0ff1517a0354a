// The clock as suites set it.

/** Stops `Date` at `at`; timers and promises go on, which databases need. */
export function stopClock(at: string | Date): void {
  jest.useFakeTimers({
    now: new Date(at),
    doNotFake: [
      ...(["hrtime", "nextTick", "performance", "queueMicrotask", "setImmediate", "clearImmediate"] as const),
      ...(["setInterval", "clearInterval", "setTimeout", "clearTimeout"] as const),
    ],
  });
}

/** A moment `seconds` after `at`. */
export function after(at: string | Date, seconds: number): Date {
  return new Date(new Date(at).getTime() + seconds * 1000);
}
