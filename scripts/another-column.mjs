// Measures the cost of another column: adds the nullable text column `note` to a copy of the checkout, with hand-written edits in as
// few files as possible, and runs the TypeScript compiler and the tests of the columns, the creation and the TypeScript layer. Then omits
// each file in turn, and the member of CreateApiKeyInput alone, and expects a failure that names the column.
//
//   npm run another-column
//   npm run another-column -- --only src/api_key/new.rs    omits only that file or member
//   npm run another-column -- --short                      only compiles the Rust part of a complete column

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "../harness/build.mjs";
import { fail, hostTriple, JEST, outputOf, root, step } from "../harness/steps.mjs";
import { EDITS, INPUT_MEMBER } from "./another-column-edits.mjs";

const MAX_FILES = 6;
const COPY = join(root, "target", "another-column");

const node = process.execPath;
const COMPILES = ["cargo", "check", "--quiet", "--profile", "quick", "--tests", "--target", hostTriple()];
/** What a complete column passes, in this order. Stock's own suites are omitted. */
const CHECKS = [
  [node, "scripts/build.mjs"],
  COMPILES,
  [node, "scripts/types.mjs"],
  [node, "node_modules/typescript/bin/tsc", "--noEmit", "--project", "tsconfig.json"],
  [...[node, ...JEST, "__test__/(columns|create|module)/"], ...["--testNamePattern", "^(?!\\[stock\\])"]],
];

const { values } = parseArgs({ options: { only: { type: "string" }, short: { type: "boolean" } } });
const files = Object.keys(EDITS);
/** What to omit: the edits of a file, or one edit. */
const OMISSIONS = {
  ...Object.fromEntries(files.map((file) => [file, without((edited) => edited === file)])),
  CreateApiKeyInput: without((_, edit) => edit === INPUT_MEMBER),
};
const omissions = Object.keys(OMISSIONS);
if (values.only !== undefined && !omissions.includes(values.only)) fail(`--only takes one of ${omissions.join(", ")}.`);

await build();
copyCheckout();
const whole = await step(`Adding the column in ${files.length} files`, () => outcomeOf(EDITS));
if (!whole.passed) fail(`the column is incomplete:\n${whole.output}`);
if (files.length > MAX_FILES) fail(`a column takes ${files.length} files; the limit is ${MAX_FILES}`);

const omittedOnes = values.short ? [] : values.only === undefined ? omissions : [values.only];
for (const omitted of omittedOnes) {
  const { passed, output } = await step(`Omitting ${omitted}`, () => outcomeOf(OMISSIONS[omitted]));
  if (passed) fail(`nothing fails without the edit of ${omitted}`);
  // rustc's remarks start with "note:" too.
  const named = output.split("\n").find((line) => /\b[Nn]ote\b/.test(line) && !/^\s*(= )?note:/.test(line));
  if (named === undefined) fail(`without the edit of ${omitted} the failure does not name the column:\n${output}`);
  console.log(`  ${named.trim()}`);
}
const omission = values.short ? "" : ", and omitting any of them fails";
console.log(`\n✓ a nullable text column takes ${files.length} files${omission}:\n  ${files.join("\n  ")}`);

/** Copies the tracked and untracked files of the checkout, without ignored ones, and links the installed packages. */
function copyCheckout() {
  rmSync(COPY, { recursive: true, force: true });
  const listed =
    outputOf("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"]) ?? fail("git lists no files");
  for (const file of listed.split("\0").filter(Boolean)) {
    mkdirSync(dirname(join(COPY, file)), { recursive: true });
    // Keeps modification times, which cargo and npm compare.
    cpSync(join(root, file), join(COPY, file), { preserveTimestamps: true, force: true });
  }
  symlinkSync(join(root, "node_modules"), join(COPY, "node_modules"));
}

/** The edits except those that match. */
function without(matches) {
  return Object.fromEntries(
    Object.entries(EDITS).map(([file, edits]) => [file, edits.filter((edit) => !matches(file, edit))]),
  );
}

/** Returns whether the copy builds, compiles and passes its tests with only these edits. */
function outcomeOf(edits) {
  for (const file of files) {
    const original = readFileSync(join(root, file), "utf8");
    const text = withEdits(file, original, edits[file]);
    if (readFileSync(join(COPY, file), "utf8") !== text) writeFileSync(join(COPY, file), text);
  }
  for (const command of values.short ? [COMPILES] : CHECKS) {
    const outcome = run(...command);
    if (!outcome.passed) return outcome;
  }
  return { passed: true, output: "" };
}

function withEdits(file, original, edits) {
  let text = original;
  for (const [anchor, addition] of edits) {
    const places = text.split(anchor).length - 1;
    if (places !== 1) fail(`${file} contains this ${places} times, expected once:\n${anchor}`);
    text = text.replace(anchor, () => anchor + addition);
  }
  return text;
}

function run(command, ...args) {
  const env = { ...process.env, CARGO_TARGET_DIR: join(root, "target"), CARGO_TERM_COLOR: "never", FORCE_COLOR: "0" };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: COPY, env, encoding: "utf8" });
  return { passed: status === 0, output: `${stdout}\n${stderr}` };
}
