// Runs many histories and, where one differs, the smallest that still does.

import fc from "fast-check";
import { history } from "./generate/history";
import { play } from "./lockstep";
import type { History } from "./operation";
import type { Pair } from "./plan";
import { newTally, report, type Tally } from "./tally";

/** Which histories a run plays. */
export interface Settings {
  histories: number;
  seed: number;
  /** When to stop although there are histories left. */
  minutes?: number;
  /** The one history to play again, as a failure names it. */
  path?: string | undefined;
}

/** What a whole run plays. */
interface Asked extends Settings {
  /** How many of the histories are played once more with hashes of stock's own cost. */
  fullCost: number;
}

/** What `npm run differential` asks for; without it, the same 100 histories each time. */
export const ASKED: Asked = {
  histories: Number(process.env.DIFFERENTIAL_HISTORIES ?? 100),
  fullCost: Number(process.env.DIFFERENTIAL_FULL_COST ?? 20),
  seed: Number(process.env.DIFFERENTIAL_SEED ?? 1),
  minutes: Number(process.env.DIFFERENTIAL_MINUTES ?? 24 * 60),
  path: process.env.DIFFERENTIAL_PATH,
};

/** A long run says this often how far it came. */
const PROGRESS_EVERY = 500;

/** Plays histories on a pair; fails with the shortest that differs and the command that plays it again. */
export async function runHistories(
  name: string,
  pair: Pair,
  { histories, seed, minutes = 24 * 60, path }: Settings = ASKED,
): Promise<Tally> {
  const tally = newTally();
  if (path !== undefined) {
    for (const one of fc.sample(history, { seed, path, numRuns: 1 })) await play(one, pair, tally);
    return tally;
  }
  const property = fc.asyncProperty(history, async (one: History) => {
    await play(one, pair, tally);
    // Not by console, of which Jest shows nothing before the test has ended.
    if (tally.histories % PROGRESS_EVERY === 0) process.stderr.write(`${name}: ${report(tally)}\n`);
  });
  const result = await fc.check(property, { seed, numRuns: histories, interruptAfterTimeLimit: minutes * 60_000 });
  if (!result.failed) return tally;
  throw new Error(
    [
      (result.errorInstance as Error).message,
      `\nfound after ${result.numRuns - 1} histories without a difference; it comes back with`,
      `npm run differential -- --only ${name} --seed ${seed} --path ${result.counterexamplePath}`,
    ].join("\n"),
  );
}
