// Runs one suite on stock and on this package, on each database: what it says of stock, it says of us.

import { startOurs } from "./ours";
import { createPostgresDatabase } from "./postgres";
import { COLUMNS, type OurService, type Service, STOCK_COLUMNS } from "./service";
import { createSqliteDatabase } from "./sqlite";
import { SqliteShell } from "./sqlite-shell";
import { type Running, startStock } from "./stock";

/** A row of the table as the database gives it, dates in the database's own form. */
export type Row = Record<string, unknown>;

/** A running implementation with an empty table. */
export interface Implementation<Kind extends Service = Service> extends Running<Kind> {
  name: "stock" | "sqlite" | "postgres";
  /** The columns of its results, in their order. */
  columns: string[];
  /** The database's URL, for a service beside this one. */
  url: string;
  /** Runs SQL with `?` for its parameters, on a connection of the test's own. */
  sql(statement: string, parameters?: unknown[]): Promise<Row[]>;
  /** The whole table by id. */
  table(): Promise<Row[]>;
}

/** Hands out the implementation that a test runs on. */
type Suite<Kind extends Service> = (current: () => Implementation<Kind>) => void;

/** Starts an implementation with an empty table. */
export const STARTERS = {
  stock: async () => {
    const database = await createPostgresDatabase();
    return onPostgres("stock", database, await startStock(database.url));
  },
  postgres: async (options?: object) => {
    const database = await createPostgresDatabase();
    return onPostgres("postgres", database, await startOurs(database.url, options));
  },
  sqlite: async (options?: object) => {
    const database = await createSqliteDatabase();
    const running = await startOurs(database.url, options);
    const shell = new SqliteShell(database.path);
    return withTable({
      ...running,
      name: "sqlite",
      url: database.url,
      sql: (statement, parameters) => shell.query(statement, parameters) as Promise<Row[]>,
      stop: async () => {
        await running.stop();
        await shell.close();
        await database.drop();
      },
    });
  },
};

/** Declares a suite of what stock and this package have in common. */
export function describeEverywhere(title: string, suite: Suite<Service>): void {
  declare("stock", title, STARTERS.stock, suite);
  describeOurs(title, suite as Suite<OurService>);
}

/** Declares a suite of what only this package does, on both databases. */
export function describeOurs(title: string, suite: Suite<OurService>, options?: object): void {
  declare("sqlite", title, () => STARTERS.sqlite(options), suite);
  declare("postgres", title, () => STARTERS.postgres(options), suite);
}

/** Declares a suite of what only stock does: the other side of our deviations. */
export function describeStock(title: string, suite: Suite<Service>): void {
  declare("stock", title, STARTERS.stock, suite);
}

function declare<Kind extends Service>(
  name: string,
  title: string,
  start: () => Promise<Implementation<Kind>>,
  suite: Suite<Kind>,
): void {
  describe(`[${name}] ${title}`, () => {
    let implementation: Implementation<Kind>;

    beforeAll(async () => {
      implementation = await start();
    });
    beforeEach(async () => {
      await implementation.sql("DELETE FROM api_key");
      implementation.emitted.length = 0;
    });
    afterAll(() => implementation?.stop());

    suite(() => implementation);
  });
}

function onPostgres<Kind extends Service>(
  name: "stock" | "postgres",
  database: Awaited<ReturnType<typeof createPostgresDatabase>>,
  running: Running<Kind>,
): Implementation<Kind> {
  return withTable({
    ...running,
    name,
    url: database.url,
    sql: (statement, parameters) => {
      let count = 0;
      return database.query(
        statement.replaceAll("?", () => `$${++count}`),
        parameters,
      );
    },
    stop: async () => {
      await running.stop();
      await database.drop();
    },
  });
}

function withTable<Kind extends Service>(
  running: Omit<Implementation<Kind>, "table" | "columns">,
): Implementation<Kind> {
  const columns = running.name === "stock" ? STOCK_COLUMNS : COLUMNS;
  return { ...running, columns, table: () => running.sql("SELECT * FROM api_key ORDER BY id") };
}
