// Plays a history on two sides, call by call, and stops at the first difference.

import { stopClock } from "../support/time";
import { Entropy } from "./entropy";
import { newMemory, remember } from "./memory";
import { type History, toCall } from "./operation";
import type { Pair, World } from "./plan";
import { Step, write } from "./step";
import type { Tally } from "./tally";

const BEGIN = Date.parse("2030-01-01T00:00:00.000Z");

/** Plays a history on empty tables; where it fails, the error's message begins with the calls up to there. */
export async function play(history: History, pair: Pair, tally: Tally): Promise<void> {
  await Promise.all([pair.left, pair.right].map((side) => side.sql("DELETE FROM api_key")));
  const script: string[] = [];
  const entropy = new Entropy(history.entropy);
  entropy.install();
  stopClock(new Date(BEGIN));
  try {
    await playCalls(history, pair, tally, entropy, script);
  } catch (error) {
    throw new Error(`${script.join("\n")}\n\n${(error as Error).message}`, { cause: error });
  } finally {
    jest.useRealTimers();
    entropy.uninstall();
  }
  tally.histories += 1;
}

async function playCalls({ steps }: History, pair: Pair, tally: Tally, entropy: Entropy, script: string[]) {
  const memory = newMemory();
  let now = BEGIN;
  let before: World["before"] = [];
  for (const [number, operation] of steps.entries()) {
    if (operation === null) continue;
    now += operation.wait;
    jest.setSystemTime(now);
    const call = toCall(operation, memory);
    script.push(`${new Date(now).toISOString()} ${write(call)}`);
    const world: World = { number, now: new Date(now), before, left: pair.left };
    const right = await new Step(pair, call, world, entropy, tally).take();
    if (right === null) continue;
    before = right.table;
    remember(memory, right);
  }
}
