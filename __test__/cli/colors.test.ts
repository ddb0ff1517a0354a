// What decides about colors where standard output is no terminal.

import { createSqliteDatabase, type SqliteDatabase } from "../support/sqlite";
import { cliOn, ESCAPE, runProgram } from "./program";

describe("[sqlite] Colors without a terminal", () => {
  let database: SqliteDatabase;
  beforeAll(async () => {
    database = await createSqliteDatabase();
    await cliOn(database.url).run("migrate");
    await cliOn(database.url).run("create", "--title", "A key", "--type", "publishable");
  });
  afterAll(() => database.drop());

  it.each<[env: Record<string, string>, colored: boolean]>([
    [{}, false],
    [{ CI: "true" }, false],
    [{ FORCE_COLOR: "1" }, true],
    [{ FORCE_COLOR: "0" }, false],
    [{ FORCE_COLOR: "" }, false],
    [{ FORCE_COLOR: "1", NO_COLOR: "1" }, false],
    [{ FORCE_COLOR: "1", NO_COLOR: "" }, true],
  ])("with the environment %j are printed: %s", async (env, colored) => {
    const run = (...args: string[]) => runProgram(args, { env: { ...env, DATABASE_URL: database.url } });

    expect((await run("list")).stdout.includes(ESCAPE)).toBe(colored);
    expect((await run("doctor")).stdout.includes(ESCAPE)).toBe(colored);
    expect((await run("show", "apk_missing")).stderr.includes(ESCAPE)).toBe(colored);
    expect((await run("list", "--json")).stdout).not.toContain(ESCAPE);
    expect((await run("doctor", "--json")).stdout).not.toContain(ESCAPE);
  });
});
