// Shows what another column costs: adds the nullable text column `note` to a copy of the checkout, by hand in as few files as the
// code asks for, and runs the tests of the columns. Then leaves out each file in turn, which must not go unnoticed.
//
//   npm run another-column
//   npm run another-column -- --only src/api_key/new.rs    leaves out that file alone

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "../harness/build.mjs";
import { fail, outputOf, root, step } from "../harness/steps.mjs";
import { EDITS } from "./another-column-edits.mjs";

const MOST_FILES = 6;
const COPY = join(root, "target", "another-column");

const { values } = parseArgs({ options: { only: { type: "string" } } });
const files = Object.keys(EDITS);
if (values.only !== undefined && !files.includes(values.only)) fail(`--only takes one of ${files.join(", ")}.`);

await build();
copyCheckout();
const whole = await step(`Adding the column in ${files.length} files`, () => outcomeOf(files));
if (!whole.passed) fail(`the column is not complete:\n${whole.output}`);
if (files.length > MOST_FILES) fail(`a column takes ${files.length} files, more than ${MOST_FILES}`);

for (const left of values.only === undefined ? files : [values.only]) {
  const { passed, output } = await step(`Leaving out ${left}`, () => outcomeOf(files.filter((file) => file !== left)));
  if (passed) fail(`nothing fails without the edit of ${left}`);
  const named = output.split("\n").find((line) => /\bnote\b|\bNote\b/.test(line));
  if (named === undefined)
    fail(`without the edit of ${left} something fails that does not name the column:\n${output}`);
  console.log(`  ${named.trim()}`);
}
console.log(
  `\n✓ a nullable text column takes ${files.length} files, and none of them can be forgotten:\n  ${files.join("\n  ")}`,
);

/** The checkout as git sees it, committed or not, with the installed packages. */
function copyCheckout() {
  rmSync(COPY, { recursive: true, force: true });
  const listed =
    outputOf("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"]) ?? fail("git lists no files");
  for (const file of listed.split("\0").filter(Boolean)) {
    mkdirSync(dirname(join(COPY, file)), { recursive: true });
    // A file that is not there any more is not copied; one that is keeps its time, by which cargo and npm go.
    cpSync(join(root, file), join(COPY, file), { preserveTimestamps: true, force: true });
  }
  symlinkSync(join(root, "node_modules"), join(COPY, "node_modules"));
}

/** Whether the copy builds and its columns pass with the edits of these files alone. */
function outcomeOf(edited) {
  for (const file of files) {
    const original = readFileSync(join(root, file), "utf8");
    const text = edited.includes(file) ? withEdits(file, original) : original;
    if (readFileSync(join(COPY, file), "utf8") !== text) writeFileSync(join(COPY, file), text);
  }
  const built = run("scripts/build.mjs");
  if (!built.passed) return built;
  return run("--experimental-vm-modules", "node_modules/jest/bin/jest.js", "columns/");
}

function withEdits(file, original) {
  let text = original;
  for (const [anchor, addition] of EDITS[file]) {
    const places = text.split(anchor).length - 1;
    if (places !== 1) fail(`${file} holds ${places} times, not once:\n${anchor}`);
    text = text.replace(anchor, () => anchor + addition);
  }
  return text;
}

function run(...args) {
  const env = { ...process.env, CARGO_TARGET_DIR: join(root, "target"), CARGO_TERM_COLOR: "never", FORCE_COLOR: "0" };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: COPY, env, encoding: "utf8" });
  return { passed: status === 0, output: `${stdout}\n${stderr}` };
}
