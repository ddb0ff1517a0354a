// Races a process that authenticates against one that revokes, in each mode; see __test__/revoke/race.test.ts.
//
//   npm run race -- --rounds 2000     that many in each mode; prints the longest delay between a commit and the last success

import { parseArgs } from "node:util";
import { build } from "../harness/build.mjs";
import { fail, JEST, run } from "../harness/steps.mjs";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "2000" } } });
if (!(Number.isSafeInteger(Number(values.rounds)) && Number(values.rounds) > 0)) {
  fail(`--rounds takes a whole number from 1, not ${values.rounds}.`);
}

await build();
console.log(`\n▸ ${values.rounds} rounds in each mode`);
await run(process.execPath, [...JEST, "__test__/revoke/race"], {
  RACE_ROUNDS: values.rounds,
});
