// Measures several contenders in turns, so that a temporary disturbance of the machine affects all of them.

import { medians } from "./median.mjs";

/**
 * Calls `measure(contender, round)` for every contender, `rounds` times, in the order A B C A B C. `measure` resolves to an object of
 * numbers. Returns one entry per contender, in their order: its `name`, the `median` of each number, and the `rounds`.
 */
export async function inRounds({ title, rounds, contenders, measure, progress }) {
  const measured = new Map(contenders.map((contender) => [contender, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const contender of contenders) {
      progress.show(`${title} · round ${round} of ${rounds} · ${contender.name}`);
      measured.get(contender).push(await measure(contender, round));
    }
  }
  return contenders.map((contender) => {
    const each = measured.get(contender);
    return { name: contender.name, median: medians(each), rounds: each };
  });
}
