// Parses the command line of `npm run bench`.

import { parseArgs } from "node:util";
import { fail } from "../harness/steps.mjs";

/** The files in `scenarios/`, in the order in which they run. */
const SCENARIOS = [
  ...["floor", "authenticate", "cold", "forged", "publishable", "mix"],
  ...["list", "create", "create-secrets", "event-loop", "restart-storm", "sqlite", "scale"],
];

/** Sizes of a run whose figures are published. */
const FULL = {
  rounds: 5,
  fastMs: 400,
  slowMs: 1_000,
  callers: [1, 16, 64, 256],
  table: 10_000,
  warm: 1_000,
  publishable: 1_000,
  shared: 16,
  cold: 200,
  distinct: 10_000,
  secrets: 100,
  queued: 200,
  processes: 3,
  storms: 3,
  storm: { slow: 10_000, fast: 10_000 },
  scale: [1_000, 100_000, 1_000_000],
};

/** Sizes of a run that shows that everything works; its figures mean little. */
const QUICK = {
  ...FULL,
  rounds: 2,
  fastMs: 60,
  slowMs: 60,
  callers: [1, 64],
  table: 1_000,
  warm: 100,
  publishable: 100,
  shared: 4,
  cold: 32,
  secrets: 10,
  queued: 20,
  processes: 1,
  storms: 1,
  storm: { slow: 40, fast: 500 },
  scale: [1_000, 10_000],
};

const USAGE = `npm run bench                          every scenario; writes benchmarks/results/latest.* and README.md's figures
npm run bench -- --quick               small sizes, to check that everything works; writes benchmarks/results/quick.*
npm run bench -- --only mix --only list   some scenarios; writes benchmarks/results/partial.*
npm run bench -- --readme              measures nothing; rewrites README.md's figures from benchmarks/results/latest.json`;

/** Returns `{ readme, scenarios, sizes, name }`: whether only to rewrite README.md, else what to measure, how much, and the results' name. */
export function readCommand() {
  const { help, only, quick, readme } = parse();
  if (help) {
    console.log(`${USAGE}\n\nscenarios: ${SCENARIOS.join(", ")}`);
    process.exit();
  }
  for (const name of only) {
    if (!SCENARIOS.includes(name)) fail(`--only takes ${SCENARIOS.join(", ")}, not ${name}.`);
  }
  const partial = only.length > 0;
  return {
    readme,
    scenarios: SCENARIOS.filter((name) => !partial || only.includes(name)),
    sizes: quick ? QUICK : FULL,
    name: quick ? "quick" : partial ? "partial" : "latest",
  };
}

function parse() {
  try {
    return parseArgs({
      options: {
        quick: { type: "boolean", default: false },
        only: { type: "string", multiple: true, default: [] },
        readme: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    return fail(`${error.message}\n\n${USAGE}`);
  }
}
