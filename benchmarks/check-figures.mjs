// Fails when README.md or latest.svg does not show the figures of results/latest.json.

import { readmeHolds } from "./report/readme.mjs";
import { latestPictureShows, latestResults } from "./report/results.mjs";

const latest = latestResults();
if (!(readmeHolds(latest) && latestPictureShows(latest))) {
  console.error('README.md or latest.svg is out of date: "npm run bench -- --readme" writes them');
  process.exitCode = 1;
}
