// The clock as suites set it.

import { runInThisContext } from "node:vm";

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

/** Runs `work` in a time zone. Jest gives tests a copy of `process.env`; only the real one changes the zone. */
export async function inTimeZone<Answer>(zone: string, work: () => Promise<Answer>): Promise<Answer> {
  const { env } = runInThisContext("process") as NodeJS.Process;
  const { TZ: before } = env;
  env.TZ = zone;
  try {
    return await work();
  } finally {
    if (before === undefined) delete env.TZ;
    else env.TZ = before;
  }
}

/** A moment `seconds` after `at`. */
export function after(at: string | Date, seconds: number): Date {
  return new Date(new Date(at).getTime() + seconds * 1000);
}
