// `npm run bench`: sets up, builds, measures, prints. Exits with 1 if two contenders do not answer alike, never for a time.

import { build } from "../scripts/build.mjs";
import { fail } from "../scripts/steps.mjs";
import { readCommand } from "./command.mjs";

const { readme, scenarios, sizes, name } = readCommand();
await build();
// Imported late: they need packages that the set-up above installs.
const { runScenarios } = await import("./run.mjs");
const { terminalReport } = await import("./report/terminal.mjs");
const { latestResults, writeResults } = await import("./report/results.mjs");
const { writeReadme } = await import("./report/readme.mjs");
const { OutputsDiffer } = await import("./measuring/contest.mjs");

if (readme) {
  const latest = latestResults() ?? fail("There is no benchmarks/results/latest.json yet: `npm run bench` writes it.");
  writeResults("latest", latest);
  writeReadme(latest);
} else {
  await measure();
}
// Stock leaves timers behind that would keep this process.
process.exit();

async function measure() {
  try {
    const results = await runScenarios(scenarios, sizes);
    console.log(`\n${terminalReport(results)}`);
    writeResults(name, results);
    if (name === "latest") writeReadme(results);
    console.log(`\n✓ outputs compared; figures are in benchmarks/results/${name}.json`);
  } catch (error) {
    if (!(error instanceof OutputsDiffer)) throw error;
    fail(error.message);
  }
}
