// `npm run bench`: sets up, builds, measures, prints. Exits with 1 if two contenders' outputs differ, never because of a time.

import { build } from "../harness/build.mjs";
import { setup } from "../harness/setup.mjs";
import { fail } from "../harness/steps.mjs";
import { readCommand } from "./command.mjs";

const command = readCommand();
await (command.readme ? describeLatest() : measure(command));
// Stock leaves timers running, which would keep this process alive.
process.exit();

// Modules that need packages are imported late: build() and setup() install them.
async function measure({ scenarios, sizes, name }) {
  // A quick run only shows that everything works, so the quick build suffices.
  await build(name === "quick" ? "quick" : "release");
  const { runScenarios } = await import("./run.mjs");
  const { terminalReport } = await import("./report/terminal.mjs");
  const { writeResults } = await import("./report/results.mjs");
  const results = await runScenarios(scenarios, sizes).catch(failIfOutputsDiffer);
  console.log(`\n${terminalReport(results)}`);
  writeResults(name, results);
  if (name === "latest") await describeLatest();
  console.log(`\n✓ all outputs are equal; the figures are in benchmarks/results/${name}.json`);
}

async function describeLatest() {
  await setup();
  const { latestResults, writeResults } = await import("./report/results.mjs");
  const { writeDocuments } = await import("./report/documents.mjs");
  const latest = latestResults();
  if (latest !== null) writeResults("latest", latest);
  writeDocuments();
}

async function failIfOutputsDiffer(error) {
  const { OutputsDiffer } = await import("./measuring/contest.mjs");
  if (!(error instanceof OutputsDiffer)) throw error;
  fail(error.message);
}
