// Stock and this package, call by call.

import { type Implementation, STARTERS } from "../support/implementations";
import type { Service } from "../support/service";
import { DEVIATIONS } from "./deviations";
import { runHistories } from "./run";
import { report } from "./tally";

const NEVER = 2 ** 31 - 1;

describe("Random histories on stock and on this package", () => {
  let left: Implementation<Service>;
  let right: Implementation<Service>;

  beforeAll(async () => {
    left = await STARTERS.stock();
    // Stock's own scheme: even the stored hashes must be equal.
    right = await STARTERS.postgres({ hashing: "scrypt" });
  });
  afterAll(() => Promise.all([left?.stop(), right?.stop()]));

  it(
    "answer, fail, tell and store the same, except for the listed deviations",
    async () => {
      const tally = await runHistories("stock", {
        left,
        right,
        deviations: DEVIATIONS,
        frozen: false,
      });
      console.log(report(tally));

      expect(tally.histories).toBeGreaterThan(0);
    },
    NEVER,
  );
});
