// Writes and reads a run's results: figures as JSON and as a chart.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { chart } from "./chart.mjs";

const fileOf = (name, kind) => new URL(`../results/${name}.${kind}`, import.meta.url);

/** Writes `results/<name>.json`, and `results/<name>.svg` if a figure belongs in the chart. */
export function writeResults(name, results) {
  const text = `${JSON.stringify(results, rounded, 2)}\n`;
  mkdirSync(new URL("../results/", import.meta.url), { recursive: true });
  writeFileSync(fileOf(name, "json"), text);
  // Parsed back from the rounded text, so that the chart can be reproduced from the file.
  const picture = chart(JSON.parse(text));
  if (picture !== null) writeFileSync(fileOf(name, "svg"), picture);
}

/** Returns the results of the last full run of `npm run bench`, or null before the first. */
export const latestResults = () => resultsOf("latest");

/** Returns the results of the last full run of `npm run bench:medusa`, or null before the first. */
export const medusaHttpResults = () => resultsOf("medusa-http");

function resultsOf(name) {
  const file = fileOf(name, "json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
}

/** Returns whether `results/latest.svg` shows these results, or is absent if `results` is null. */
export function latestChartIsCurrent(results) {
  const file = fileOf("latest", "svg");
  if (results === null || !existsSync(file)) return (results === null) === !existsSync(file);
  return readFileSync(file, "utf8") === chart(results);
}

// Further digits are noise.
const rounded = (_name, value) => (typeof value === "number" ? Number(value.toPrecision(6)) : value);
