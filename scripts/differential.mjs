// Plays random histories on stock and on this package, and on PostgreSQL and SQLite, call by call; see __test__/differential.
//
//   npm run differential -- --histories 20000             that many, from a random seed, which is printed
//   npm run differential -- --full-cost 500               repeats that many of them with hashes as costly as stock's
//   npm run differential -- --minutes 60                  at most that long for each suite
//   npm run differential -- --only stock --seed 1 --path "2:0:1"   replays one history, as printed by a failure

import { parseArgs } from "node:util";
import { build } from "../harness/build.mjs";
import { fail, JEST, run } from "../harness/steps.mjs";

const SUITES = ["stock", "databases"];

const { values } = parseArgs({
  options: {
    histories: { type: "string", default: "20000" },
    "full-cost": { type: "string", default: "200" },
    minutes: { type: "string", default: "1440" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    path: { type: "string" },
    only: { type: "string" },
  },
});
for (const name of ["histories", "full-cost", "minutes", "seed"]) {
  if (!Number.isSafeInteger(Number(values[name]))) fail(`--${name} takes a whole number, not ${values[name]}.`);
}
if (values.only !== undefined && !SUITES.includes(values.only)) fail(`--only takes ${SUITES.join(" or ")}.`);

await build();
console.log(
  `\n▸ ${values.path === undefined ? `${values.histories} histories` : "One history"} from seed ${values.seed}`,
);
await run(process.execPath, [...JEST, `__test__/differential/${values.only ?? "(stock|databases)"}`], {
  DIFFERENTIAL_HISTORIES: values.histories,
  DIFFERENTIAL_FULL_COST: values["full-cost"],
  DIFFERENTIAL_MINUTES: values.minutes,
  DIFFERENTIAL_SEED: values.seed,
  ...(values.path === undefined ? {} : { DIFFERENTIAL_PATH: values.path }),
});
