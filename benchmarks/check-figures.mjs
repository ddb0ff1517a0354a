// Fails if README.md, docs/benchmarks.md or latest.svg does not match the figures in results/.

import { outdatedDocuments } from "./report/documents.mjs";
import { latestChartIsCurrent, latestResults } from "./report/results.mjs";

const outdated = [...outdatedDocuments(), ...(latestChartIsCurrent(latestResults()) ? [] : ["latest.svg"])];
if (outdated.length > 0) {
  console.error(`out of date: ${outdated.join(", ")}; run "npm run bench -- --readme"`);
  process.exitCode = 1;
}
