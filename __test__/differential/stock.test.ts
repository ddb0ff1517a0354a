// Stock and this package, call by call.

import { type Implementation, STARTERS } from "../support/implementations";
import type { Service } from "../support/service";
import { DEVIATIONS } from "./deviations";
import { CHEAP, HASHED_OTHERWISE, HASHED_UNDER_A_KEY, intercept, KEYED, withCheapHashes } from "./hashes";
import { OWN_COLUMNS } from "./own-columns";
import { ASKED, runHistories } from "./run";
import { report } from "./tally";

const NEVER = 2 ** 31 - 1;

describe("Random histories on stock and on this package", () => {
  let left: Implementation<Service>;

  beforeAll(async () => {
    intercept();
    left = await STARTERS.stock();
  });
  afterAll(() => left?.stop());

  const on = async (options: object, play: (right: Implementation) => Promise<void>) => {
    const right = await STARTERS.postgres(options);
    await play(right).finally(() => right.stop());
  };

  it(
    "return, reject, publish and store the same except for listed deviations",
    () =>
      on(CHEAP, async (right) => {
        const pair = { left, right, deviations: [HASHED_OTHERWISE, OWN_COLUMNS, ...DEVIATIONS], frozen: false };
        const tally = await withCheapHashes(() => runHistories("stock", pair));
        console.log(report(tally));

        // One history that is played again need not come to it.
        expect(ASKED.path ?? tally.met.M6).toBeTruthy();
      }),
    NEVER,
  );

  it(
    "return, reject, publish and store the same with hashing: sha256 except for listed deviations",
    () =>
      on(KEYED, async (right) => {
        const pair = { left, right, deviations: [HASHED_UNDER_A_KEY, OWN_COLUMNS, ...DEVIATIONS], frozen: false };
        const tally = await withCheapHashes(() => runHistories("stock", pair, { ...ASKED, histories: ASKED.fullCost }));
        console.log(report(tally));

        // One history that is played again need not come to it.
        expect(ASKED.path ?? tally.met.M9).toBeTruthy();
      }),
    NEVER,
  );

  it(
    "store the same hashes where both use scrypt",
    () =>
      on({ hashing: "scrypt" }, async (right) => {
        const pair = { left, right, deviations: [OWN_COLUMNS, ...DEVIATIONS], frozen: false };
        const tally = await runHistories("stock", pair, { ...ASKED, histories: ASKED.fullCost });
        console.log(report(tally));

        expect(tally.histories).toBeGreaterThan(0);
      }),
    NEVER,
  );
});
