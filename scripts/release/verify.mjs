// Checks an addon before it is packed: what it exports, what it needs, its size, and that it says nothing about the machine it was built on.

import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { pathsIn } from "./paths.mjs";
import { addonName, EXPORT, TARGETS } from "./targets.mjs";
import { PYTHON } from "./tools.mjs";

const INSPECT = fileURLToPath(new URL("inspect.py", import.meta.url));
const MAX_BYTES = 12 * 1024 * 1024;
const MAX_PACKED_BYTES = 5 * 1024 * 1024;

/** Returns the facts about a target's addon in `folder`, and what is wrong with it. Only the profile "dist" is made for size. */
export function verified(target, folder, profile) {
  const file = join(folder, addonName(target));
  const content = readFileSync(file);
  const { exports, needed, glibc } = inspected(file);
  const bytes = statSync(file).size;
  const packedBytes = gzipSync(content, { level: 9 }).length;
  const floor = TARGETS[target].glibc;
  const problems = [
    ...(exports.length === 1 && exports[0] === EXPORT ? [] : [`exports ${listed(exports)} instead of ${EXPORT} alone`]),
    ...(profile === "dist" ? sizeProblems(bytes, packedBytes) : []),
    ...(floor === undefined || isAtMost(glibc, floor) ? [] : [`needs glibc ${glibc}; the limit is ${floor}`]),
    ...pathsIn(content).map((path) => `contains the path ${path}`),
  ];
  return { target, file: basename(file), exports: exports.length, needed, glibc, bytes, packedBytes, problems };
}

function sizeProblems(bytes, packedBytes) {
  return [
    ...(bytes <= MAX_BYTES ? [] : [`has ${megabytes(bytes)}; the limit is ${megabytes(MAX_BYTES)}`]),
    ...(packedBytes <= MAX_PACKED_BYTES
      ? []
      : [`has ${megabytes(packedBytes)} packed; the limit is ${megabytes(MAX_PACKED_BYTES)}`]),
  ];
}

export const megabytes = (bytes) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

function inspected(file) {
  const { status, stdout, stderr } = spawnSync(PYTHON, [INSPECT, file], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${basename(file)} cannot be inspected: ${stderr.trim()}`);
  return JSON.parse(stdout);
}

function listed(names) {
  return names.length > 5 ? `${names.length} symbols` : names.join(", ") || "nothing";
}

const isAtMost = (version, limit) => version !== null && version.localeCompare(limit, "en", { numeric: true }) <= 0;
