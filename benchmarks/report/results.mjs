// What a run leaves behind: its figures as JSON and as a picture.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { chart } from "./chart.mjs";

const fileOf = (name, kind) => new URL(`../results/${name}.${kind}`, import.meta.url);

/** Writes `results/<name>.json`, and `results/<name>.svg` if a figure belongs there. */
export function writeResults(name, results) {
  const text = `${JSON.stringify(results, rounded, 2)}\n`;
  mkdirSync(new URL("../results/", import.meta.url), { recursive: true });
  writeFileSync(fileOf(name, "json"), text);
  // As it will be read, so that the same picture can be made again.
  const picture = chart(JSON.parse(text));
  if (picture !== null) writeFileSync(fileOf(name, "svg"), picture);
}

/** The results of the last full run, or null before the first. */
export function latestResults() {
  const file = fileOf("latest", "json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
}

/** Whether `results/latest.svg` shows these results, or is not there when there are none. */
export function latestPictureShows(results) {
  const file = fileOf("latest", "svg");
  if (results === null || !existsSync(file)) return (results === null) === !existsSync(file);
  return readFileSync(file, "utf8") === chart(results);
}

// More digits than that are noise.
const rounded = (_name, value) => (typeof value === "number" ? Number(value.toPrecision(6)) : value);
