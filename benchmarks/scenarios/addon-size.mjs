// The size of the addon that was built for this run. The published one has another profile and is smaller; `npm run release` limits it.

import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { OutputsDiffer } from "../measuring/contest.mjs";
import { NAMES } from "./views.mjs";

export const name = "addon-size";

const BINDING = new URL("../../binding/", import.meta.url);
const MIB = 2 ** 20;

export async function run({ progress }) {
  progress.show("the size of the addon");
  const file = readdirSync(BINDING).find((name) => name.endsWith(".node"));
  if (file === undefined) throw new OutputsDiffer("addon-size: binding/ has no addon.");
  const content = readFileSync(new URL(file, BINDING));
  const sizes = { sizeMiB: content.length / MIB, gzippedMiB: gzipSync(content, { level: 9 }).length / MIB };
  return [{ scenario: name, contender: NAMES.strict, file, median: sizes, rounds: [sizes] }];
}
