// Runs a suite on both databases.

import { createPostgresDatabase } from "./postgres";
import { createSqliteDatabase } from "./sqlite";

/** What a suite that runs on both databases knows of the one that it is running on. */
export interface Database {
  name: "sqlite" | "postgres";
  /** Makes an empty database for one test or suite. */
  create(): Promise<{ url: string; drop(): Promise<void> }>;
}

const DATABASES: Database[] = [
  { name: "sqlite", create: createSqliteDatabase },
  { name: "postgres", create: createPostgresDatabase },
];

/** Declares a suite once for each database, its title prefixed with `[sqlite]` or `[postgres]`. */
export function describeOnEachDatabase(title: string, suite: (database: Database) => void): void {
  for (const database of DATABASES) describe(`[${database.name}] ${title}`, () => suite(database));
}

/** Declares a suite that does not depend on the database: on SQLite, its title prefixed with `[sqlite]`. */
export function describeOnSqlite(title: string, suite: (database: Database) => void): void {
  describe(`[sqlite] ${title}`, () => suite({ name: "sqlite", create: createSqliteDatabase }));
}
