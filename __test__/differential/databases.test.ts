// PostgreSQL and SQLite, call by call.

import { type Implementation, STARTERS } from "../support/implementations";
import { CHEAP, KEYED } from "./hashes";
import { runHistories } from "./run";
import { report } from "./tally";

const NEVER = 2 ** 31 - 1;

describe.each([
  ["argon2id", CHEAP],
  ["sha256", KEYED],
])("Random histories on PostgreSQL and on SQLite with %s", (_, options) => {
  let left: Implementation;
  let right: Implementation;

  beforeAll(async () => {
    left = await STARTERS.postgres(options);
    right = await STARTERS.sqlite(options);
  });
  afterAll(() => Promise.all([left?.stop(), right?.stop()]));

  it(
    "return, reject, publish and store the same",
    async () => {
      const tally = await runHistories("databases", { left, right, deviations: [], frozen: true });
      console.log(report(tally));

      expect(tally.histories).toBeGreaterThan(0);
    },
    NEVER,
  );
});
