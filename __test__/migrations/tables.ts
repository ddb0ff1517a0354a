// What migrations leave in a database.

import type { PostgresDatabase } from "../support/postgres";

/** Stock's four migrations as MikroORM records them. */
export const STOCKS = [
  "InitialSetup20240221144943",
  "Migration20240604080145",
  "Migration20241205122700",
  "Migration20251015123842",
];

export async function recorded(database: PostgresDatabase): Promise<string[]> {
  const rows = await database.query<{ name: string }>("SELECT name FROM mikro_orm_migrations ORDER BY id");
  return rows.map(({ name }) => name);
}

/** All tables, with their schemas. */
export async function tables(database: PostgresDatabase): Promise<string[]> {
  const rows = await database.query<{ name: string }>(
    `SELECT schemaname || '.' || tablename AS name FROM pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

/** The columns, constraints and indexes of `api_key`, each as one text. */
export async function shape(database: PostgresDatabase): Promise<string[]> {
  const rows = await database.query<{ part: string }>(
    `SELECT concat_ws(' ', column_name, data_type, is_nullable, column_default) AS part
     FROM information_schema.columns WHERE table_name = 'api_key'
     UNION ALL SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'api_key'::regclass AND contype <> 'n'
     UNION ALL SELECT indexdef FROM pg_indexes WHERE tablename = 'api_key'`,
  );
  return rows.map(({ part }) => part).sort();
}

/** Everything that a migration could have changed. */
export async function dump(database: PostgresDatabase): Promise<unknown> {
  const triggers =
    "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace";
  return {
    tables: await tables(database),
    shape: await shape(database),
    recorded: await recorded(database),
    triggers: await database.query(triggers),
  };
}
