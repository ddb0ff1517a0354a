// Measures several contenders in turns, so that what disturbs the machine for a while disturbs all of them.

import { medians } from "./median.mjs";

/**
 * Calls `measure(contender, round)` for every contender, A B C A B C, `rounds` times. `measure` answers an object of numbers.
 *
 * Answers one entry a contender, in their order: its `name`, the `median` of each number, and what each round gave.
 */
export async function inRounds({ title, rounds, contenders, measure, progress }) {
  const measured = new Map(contenders.map((contender) => [contender, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const contender of contenders) {
      progress.say(`${title} · round ${round} of ${rounds} · ${contender.name}`);
      measured.get(contender).push(await measure(contender, round));
    }
  }
  return contenders.map((contender) => {
    const each = measured.get(contender);
    return { name: contender.name, median: medians(each), rounds: each };
  });
}
