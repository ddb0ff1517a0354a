// Throws faults at processes that use the package, and judges every answer. See harness/faults.
//
//   npm run faults -- --minutes 20 --mode leased --seed 7
//
//   --minutes N   how long, all modes together (default 3)
//   --mode        strict, leased, sqlite or all (default)
//   --seed N      decides which faults come when (default: the time)
//   --only a,b    these kinds of faults alone; `none` for none
//   --layer name  breaks one promise on purpose, which must be found (harness/faults/layers.js)

import { parseArgs } from "node:util";
import { LAYERS } from "../harness/faults/layers.js";
import { FAULTS, MODES, runTrial } from "../harness/faults/trial.js";
import { fail } from "../harness/steps.mjs";

// Violations end this with 1; what goes wrong with the trial itself, which proves nothing either way, with 2.
process.on("uncaughtException", (error) => {
  console.error(`\n✗ the trial itself broke: ${error.stack}`);
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

function report({ thrown, oracle }) {
  const faults = Object.entries(thrown).map(([name, count]) => `${name} ${count}`);
  const delay = oracle.worstDelayMs === Number.NEGATIVE_INFINITY ? "none" : `${oracle.worstDelayMs.toFixed(1)} ms`;
  console.log(`  answers checked: ${oracle.answers}, from memory: ${oracle.fromMemory}`);
  console.log(`  faults thrown: ${faults.join(", ") || "none"}`);
  console.log(`  worst start of a success after a revocation's answer: ${delay} (bound ${oracle.limits.boundMs} ms)`);
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
