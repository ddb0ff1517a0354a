// PostgreSQL and SQLite, call by call.

import { type Implementation, STARTERS } from "../support/implementations";
import { runHistories } from "./run";
import { report } from "./tally";

const NEVER = 2 ** 31 - 1;
const FAST = { argon2: { memoryKib: 8, iterations: 1, parallelism: 1 } };

describe("Random histories on PostgreSQL and on SQLite", () => {
  let left: Implementation;
  let right: Implementation;

  beforeAll(async () => {
    left = await STARTERS.postgres(FAST);
    right = await STARTERS.sqlite(FAST);
  });
  afterAll(() => Promise.all([left?.stop(), right?.stop()]));

  it(
    "answer, fail, tell and store the same",
    async () => {
      const tally = await runHistories("databases", { left, right, deviations: [], frozen: true });
      console.log(report(tally));

      expect(tally.histories).toBeGreaterThan(0);
    },
    NEVER,
  );
});
