// What a run leaves behind: its figures as JSON and as a picture.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { chart } from "./chart.mjs";

const fileOf = (name, kind) => new URL(`../results/${name}.${kind}`, import.meta.url);

/** Writes `results/<name>.json` and, of a run with all its scenarios, `results/<name>.svg`. */
export function writeResults(name, results) {
  writeFileSync(fileOf(name, "json"), `${JSON.stringify(results, rounded, 2)}\n`);
  writeFileSync(fileOf(name, "svg"), chart(results));
}

/** The results of the last full run, or null before the first. */
export function latestResults() {
  const file = fileOf("latest", "json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
}

// More digits than that are noise.
const rounded = (_name, value) => (typeof value === "number" ? Number(value.toPrecision(6)) : value);
