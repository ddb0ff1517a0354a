// The table, by plain SQL.

import pg from "pg";
import { SqliteShell } from "../support/sqlite-shell";

export interface Table {
  /** The names of its columns. */
  columns(): Promise<string[]>;
  /** Gives every row these values, or the row of an id. */
  set(values: [column: string, value: string | null][], id?: string): Promise<void>;
  remove(id: string): Promise<void>;
  close(): Promise<void>;
}

const COLUMNS = {
  sqlite: "SELECT name FROM pragma_table_info('api_key')",
  postgres: "SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'api_key'",
};

/** The table of the database at `url`. */
export function openTable(kind: "sqlite" | "postgres", url: string): Table {
  const { query, close } = kind === "sqlite" ? onSqlite(url) : onPostgres(url);
  return {
    columns: async () => (await query(COLUMNS[kind], [])).map((row) => (row as { name: string }).name),
    set: async (values, id) => {
      const assignments = values.map(([column]) => `"${column}" = ?`).join(", ");
      const [where, ids] = id === undefined ? ["", []] : [` WHERE "id" = ?`, [id]];
      await query(`UPDATE "api_key" SET ${assignments}${where}`, [...values.map(([, value]) => value), ...ids]);
    },
    remove: async (id) => void (await query(`DELETE FROM "api_key" WHERE "id" = ?`, [id])),
    close,
  };
}

interface Shell {
  query(sql: string, parameters: unknown[]): Promise<object[]>;
  close(): Promise<void>;
}

function onSqlite(url: string): Shell {
  const shell = new SqliteShell(url.replace("sqlite:", ""));
  return { query: (sql, parameters) => shell.query(sql, parameters), close: () => shell.close() };
}

function onPostgres(url: string): Shell {
  const pool = new pg.Pool({ connectionString: url, max: 1, allowExitOnIdle: true });
  const numbered = (sql: string) => {
    let place = 0;
    return sql.replaceAll("?", () => `$${++place}`);
  };
  return {
    query: async (sql, parameters) => (await pool.query(numbered(sql), parameters)).rows,
    close: () => pool.end(),
  };
}
