// Parses the command line of `npm run bench`.

import { parseArgs } from "node:util";
import { fail } from "../harness/steps.mjs";

/** The files in `scenarios/`, in the order in which they run. */
const SCENARIOS = [
  ...["floor", "authenticate", "leased-call", "alternatives", "cold", "forged", "publishable", "mix"],
  ...[
    "list",
    "verify",
    "owner-page",
    "create",
    "create-secrets",
    "cascade",
    "first-answer",
    "event-loop",
    "restart-storm",
    "memory",
    "sqlite",
    "scale",
  ],
  "addon-size",
];

const SMALLEST_TABLE = 1_000;
const LARGEST_TABLE = 100_000_000;

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
  storm: { slow: 1_000, fast: 10_000 },
  openings: 20,
  memory: { keys: 100_000, processes: 3 },
  cascade: 100_000,
  scale: [SMALLEST_TABLE, 100_000, 1_000_000],
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
  openings: 5,
  memory: { keys: 5_000, processes: 1 },
  cascade: 2_000,
  scale: [SMALLEST_TABLE, 10_000],
};

const USAGE = `npm run bench                          every scenario; writes benchmarks/results/latest.* and the figures in README.md and docs/benchmarks.md
npm run bench -- --quick               small sizes, to check that everything works; writes benchmarks/results/quick.*
npm run bench -- --only mix --only list   some scenarios; writes benchmarks/results/partial.*
npm run bench -- --only scale --keys 10000000   a table of that many keys instead of 100,000 and 1,000,000; takes 20 minutes, 10 GB
npm run bench -- --readme              measures nothing; rewrites the figures in README.md and docs/benchmarks.md from benchmarks/results`;

/** Returns `{ readme, scenarios, sizes, name }`: whether only to rewrite the documents, else what to measure, how much, and the results' name. */
export function readCommand() {
  const { help, only, quick, readme, keys } = parse();
  if (help) {
    console.log(`${USAGE}\n\nscenarios: ${SCENARIOS.join(", ")}`);
    process.exit();
  }
  for (const name of only) {
    if (!SCENARIOS.includes(name)) fail(`--only takes ${SCENARIOS.join(", ")}, not ${name}.`);
  }
  const partial = only.length > 0;
  const scenarios = SCENARIOS.filter((name) => !partial || only.includes(name));
  const sizes = quick ? QUICK : FULL;
  return {
    ...{ readme, scenarios },
    sizes: keys === undefined ? sizes : { ...sizes, scale: [SMALLEST_TABLE, largestTable(keys, scenarios)] },
    name: quick ? "quick" : partial ? "partial" : "latest",
  };
}

function largestTable(text, scenarios) {
  if (scenarios.join() !== "scale") fail("--keys is for --only scale.");
  const keys = Number(text);
  if (!(Number.isInteger(keys) && keys > SMALLEST_TABLE && keys <= LARGEST_TABLE)) {
    fail(`--keys takes a whole number above ${SMALLEST_TABLE}, at most ${LARGEST_TABLE}, not ${text}.`);
  }
  return keys;
}

function parse() {
  try {
    return parseArgs({
      options: {
        quick: { type: "boolean", default: false },
        only: { type: "string", multiple: true, default: [] },
        keys: { type: "string" },
        readme: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    return fail(`${error.message}\n\n${USAGE}`);
  }
}
