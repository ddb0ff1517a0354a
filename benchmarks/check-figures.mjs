// Fails if README.md or latest.svg does not match the figures in results/latest.json.

import { readmeIsCurrent } from "./report/readme.mjs";
import { latestChartIsCurrent, latestResults } from "./report/results.mjs";

const latest = latestResults();
if (!(readmeIsCurrent(latest) && latestChartIsCurrent(latest))) {
  console.error('README.md or latest.svg is out of date; run "npm run bench -- --readme"');
  process.exitCode = 1;
}
