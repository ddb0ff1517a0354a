// Injects faults into processes that use the package, and checks every result. See harness/faults.
//
//   npm run faults -- --minutes 20 --mode leased --seed 7
//
//   --minutes N   duration of all modes together (default 3)
//   --mode        strict, leased, sqlite or all (default)
//   --seed N      determines the order of faults (default: from the time)
//   --only a,b    only these kinds of faults; `none` for none
//   --layer name  breaks one guarantee on purpose, which must be found (harness/faults/layers.js)

import { parseArgs } from "node:util";
import { LAYERS } from "../harness/faults/layers.js";
import { FAULTS, MODES, runTrial } from "../harness/faults/trial.js";
import { fail } from "../harness/steps.mjs";

// Exits with 1 on violations, and with 2 if the trial itself fails, which proves nothing either way.
process.on("uncaughtException", (error) => {
  console.error(`\n✗ the trial itself failed: ${error.stack}`);
  process.exit(2);
});

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "3" },
    mode: { type: "string", default: "all" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    only: { type: "string" },
    layer: { type: "string" },
  },
});
const minutes = Number(values.minutes);
if (!(minutes > 0)) fail(`--minutes takes a number above 0, not ${values.minutes}.`);
if (values.mode !== "all" && !MODES.includes(values.mode))
  fail(`--mode takes ${MODES.join(", ")} or all, not ${values.mode}.`);
if (!Number.isSafeInteger(Number(values.seed))) fail(`--seed takes a whole number, not ${values.seed}.`);
if (values.layer !== undefined && !LAYERS.includes(values.layer)) fail(`--layer takes ${LAYERS.join(", ")}.`);

const only = values.only?.split(",");
const unknown = only?.find((name) => name !== "none" && !FAULTS.includes(name));
if (unknown !== undefined) fail(`--only takes ${FAULTS.join(", ")} or none, not ${unknown}.`);

const modes = values.mode === "all" ? MODES : [values.mode];
const settings = {
  ms: (minutes * 60_000) / modes.length,
  seed: Number(values.seed),
  layer: values.layer,
  only,
  print: console.log,
};
let violations = 0;
let broken;
for (const mode of modes) {
  console.log(`\n▸ ${mode}, ${(settings.ms / 1000).toFixed(0)} s, --seed ${settings.seed}`);
  const trial = await runTrial(mode, settings);
  violations += report(trial);
  broken ??= trial.broken;
}
if (violations > 0) fail(`${violations} violations`);
if (broken !== undefined) throw broken;
console.log("\n✓ no violations");

function report({ injected, oracle }) {
  const faults = Object.entries(injected).map(([name, count]) => `${name} ${count}`);
  const delay = oracle.worstDelayMs === Number.NEGATIVE_INFINITY ? "none" : `${oracle.worstDelayMs.toFixed(1)} ms`;
  console.log(`  results checked: ${oracle.results}, from the cache: ${oracle.cacheHits}`);
  console.log(`  faults injected: ${faults.join(", ") || "none"}`);
  console.log(`  latest start of a success after a revocation returned: ${delay} (bound ${oracle.limits.boundMs} ms)`);
  console.log(`  longest call: ${oracle.longestCallMs.toFixed(0)} ms (deadline ${oracle.limits.deadlineMs} ms)`);
  let count = 0;
  for (const [rule, found] of oracle.violations) {
    count += found.count;
    console.log(`  ✗ ${rule}: ${found.count}`);
    for (const what of found.listed) console.log(`      ${what}`);
  }
  console.log(`  violations: ${count}`);
  return count;
}
