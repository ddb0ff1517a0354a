import { ApiKeyError } from "../../errors";
import type { ApiKeyModuleOptions } from "../../options";
import { fileOf, withService } from "../database";
import { type Check, problem } from "./check";
import { fileChecks } from "./file";
import { keyChecks } from "./keys";
import { serverChecks } from "./server";
import { tableChecks } from "./table";

/** Runs all checks that are possible on a database. Nothing is changed. */
export async function examine(settings: ApiKeyModuleOptions): Promise<Check[]> {
  const { databaseUrl = "", hashKeys, replica } = settings;
  const path = fileOf(databaseUrl);
  const file = path === null ? [] : fileChecks(path);
  if (file.some(({ state, message }) => state === "problem" && message.includes("does not exist"))) {
    return file;
  }
  try {
    // A standby is a finding, and not a reason to find nothing else.
    return await withService({ ...settings, replica: true }, async ({ native_ }) => {
      const diagnosis = await native_.diagnose();
      return [
        ...serverChecks(diagnosis, replica === true, Date.now()),
        ...file,
        ...tableChecks(diagnosis),
        ...keyChecks(diagnosis, hashKeys?.map(({ id }) => id) ?? null),
      ];
    });
  } catch (error) {
    return [unreachable(error, path !== null), ...file];
  }
}

function unreachable(error: unknown, isFile: boolean): Check {
  if (!(error instanceof ApiKeyError) || error.type !== "database_error") {
    throw error;
  }
  return problem(
    "connection",
    `The database cannot be used: ${error.message.replace(/^databaseUrl: /, "")}`,
    isFile
      ? "Correct the path, or restore the file from a backup."
      : "Start the server, or correct the URL: host, port, user, password, name of the database, sslmode.",
  );
}
