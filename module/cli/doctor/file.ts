import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { MIGRATE } from "../database";
import { type Check, note, ok, problem } from "./check";

/** The permissions of users other than the owner. */
const OTHERS = 0o077;

/** Checks an SQLite file, which opening would create. */
export function fileChecks(file: string): Check[] {
  if (!existsSync(file)) {
    return [problem("file", `The SQLite file ${file} does not exist.`, `Correct the path, or create it: ${MIGRATE}.`)];
  }
  if (!isWritable(file) || !isWritable(dirname(resolve(file)))) {
    return [
      problem(
        "file",
        `This user may not write to the SQLite file ${file} or to its folder.`,
        "Give the user of the service the right to write to both: SQLite keeps its log beside the file.",
      ),
    ];
  }
  const mode = statSync(file).mode & 0o777;
  // Windows has no such permissions.
  if (process.platform !== "win32" && (mode & OTHERS) !== 0) {
    return [
      note(
        "file",
        `Other users of this machine may use the SQLite file ${file} (mode ${mode.toString(8)}).`,
        `chmod 600 ${file}`,
      ),
    ];
  }
  return [ok("file", `The SQLite file ${file} can be written by this user alone.`)];
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
