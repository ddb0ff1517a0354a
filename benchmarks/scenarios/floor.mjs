// Measures the overhead of a call into the addon.

import { openFloor } from "../contenders/floor.mjs";
import { contest } from "../measuring/contest.mjs";

export const name = "floor";

export async function run(context) {
  const floor = openFloor();
  const contender = (name, ask) => ({ name, ask, questions: [null], isValid: (answer) => answer === null });
  const figures = [];
  for (const callers of [1, 64]) {
    figures.push(
      ...(await contest(context, {
        title: `a call that does nothing, ${callers} at a time`,
        labels: { scenario: name },
        callers,
        contenders: [contender("addon, synchronous", floor.sync), contender("addon, a promise", floor.async)],
      })),
    );
  }
  await floor.close();
  return figures;
}
