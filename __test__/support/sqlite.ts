// Fresh SQLite files.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A database file that belongs to one test or suite. */
export interface SqliteDatabase {
  /** `sqlite:…`, as the service's `databaseUrl` takes it. */
  url: string;
  /** The file's path; the first connection creates the file. */
  path: string;
  /** Removes the file and what SQLite has put beside it. */
  drop(): Promise<void>;
}

/** Names a file that does not exist yet, in a directory of its own. */
export async function createSqliteDatabase(): Promise<SqliteDatabase> {
  const directory = await mkdtemp(join(tmpdir(), "medusa-api-key-native-sqlite-"));
  const path = join(directory, "api-keys.db");
  return {
    url: `sqlite:${path}`,
    path,
    drop: () => rm(directory, { recursive: true, force: true }),
  };
}
