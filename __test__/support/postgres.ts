// Fresh databases on the PostgreSQL server that serves this run of the tests (see jest-global-setup.mjs).

import { randomBytes } from "node:crypto";
import pg from "pg";

/** A database that belongs to one test or suite. */
export interface PostgresDatabase {
  /** `postgres://…`, as the service's `databaseUrl` takes it. */
  url: string;
  /** Runs one statement on a connection of the test's own and answers its rows. */
  query<Row extends pg.QueryResultRow>(sql: string, parameters?: unknown[]): Promise<Row[]>;
  /** Removes the database and terminates its sessions. */
  drop(): Promise<void>;
}

/** Creates a database, empty unless `options` name a template; takes some 20 ms. */
export async function createPostgresDatabase(options = ""): Promise<PostgresDatabase> {
  const name = `test_${randomBytes(8).toString("hex")}`;
  await onServer(`CREATE DATABASE ${name} STRATEGY file_copy ${options}`);
  const url = urlOf(name);
  const pool = new pg.Pool({ connectionString: url, max: 2, allowExitOnIdle: true });
  // A test may end the server's sessions, this one's too.
  pool.on("error", () => undefined);
  return {
    url,
    query: async (sql, parameters) => (await pool.query(sql, parameters)).rows,
    drop: async () => {
      await pool.end();
      await onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

/** Runs statements on a database of that name; on the server's own unless given. */
export async function onServer(statement: string, database = "postgres"): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf(database) });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

/** The address of a database of that name. */
export function urlOf(database: string): string {
  const server = process.env.TEST_POSTGRES_URL;
  if (!server) throw new Error("TEST_POSTGRES_URL is not set: jest-global-setup.mjs sets it.");
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}
