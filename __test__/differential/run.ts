// Runs many histories and, where one differs, the smallest that still does.

import fc from "fast-check";
import { history } from "./generate/history";
import { play } from "./lockstep";
import type { History } from "./operation";
import type { Pair } from "./plan";
import { newTally, type Tally } from "./tally";

/** Which histories a run plays. */
export interface Settings {
  histories: number;
  seed: number;
  /** The one history to play again, as a failure names it. */
  path?: string | undefined;
}

/** What `npm run differential` asks for; without it, the same 200 histories each time. */
const ASKED: Settings = {
  histories: Number(process.env.DIFFERENTIAL_HISTORIES ?? 200),
  seed: Number(process.env.DIFFERENTIAL_SEED ?? 1),
  path: process.env.DIFFERENTIAL_PATH,
};

/** Plays histories on a pair; fails with the shortest that differs and the command that plays it again. */
export async function runHistories(
  name: string,
  pair: Pair,
  { histories, seed, path }: Settings = ASKED,
): Promise<Tally> {
  const tally = newTally();
  if (path !== undefined) {
    for (const one of fc.sample(history, { seed, path, numRuns: 1 })) await play(one, pair, tally);
    return tally;
  }
  const property = fc.asyncProperty(history, (one: History) => play(one, pair, tally));
  const result = await fc.check(property, { seed, numRuns: histories });
  if (!result.failed) return tally;
  throw new Error(
    [
      (result.errorInstance as Error).message,
      `\nfound after ${result.numRuns - 1} histories without a difference; it comes back with`,
      `npm run differential -- --only ${name} --seed ${seed} --path ${result.counterexamplePath}`,
    ].join("\n"),
  );
}
