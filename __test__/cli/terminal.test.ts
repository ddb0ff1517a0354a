// Colors, questions and hidden input on a pseudo-terminal, and what decides about them.

import { describeOnSqlite } from "../support/databases";
import { createSqliteDatabase, type SqliteDatabase } from "../support/sqlite";
import { type Cli, cliOn, HAS_TERMINAL, runOnTerminal, runProgram } from "./program";

const ESCAPE = "\u001b[";
// The container of a test may lack a pseudo-terminal: see program.ts.
const itOnTerminal = HAS_TERMINAL ? it : it.skip;

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

describeOnSqlite("The program on a terminal", (database) => {
  let drop: () => Promise<void>;
  let cli: Cli;
  let id: string;
  let token: string;
  beforeEach(async () => {
    const created = await database.create();
    drop = created.drop;
    cli = cliOn(created.url);
    await cli.run("migrate");
    ({ id, token } = (await cli.json("create", "--title", "CI", "--hashing", "sha256")).value);
  });
  afterEach(() => drop());

  const type = (args: string[], typed: [prompt: string, text: string][] = [], env: Record<string, string> = {}) =>
    runOnTerminal(args, { env: { ...env, DATABASE_URL: cli.url } }, typed);
  const stateOf = async (key: string) => (await cli.json("show", key)).value.state;

  itOnTerminal("colors tables, unless NO_COLOR or a dumb terminal forbids it", async () => {
    expect((await type(["list"])).stdout).toContain(`${ESCAPE}32mlive`);
    expect((await type(["list"], [], { NO_COLOR: "1" })).stdout).not.toContain(ESCAPE);
    expect((await type(["list"], [], { TERM: "dumb" })).stdout).not.toContain(ESCAPE);
  });

  itOnTerminal("asks before a revocation, with the keys that it would end", async () => {
    const declined = await type(["revoke", id], [["Revoke 1 key? [y/N]", "n\r"]]);
    expect(declined.exitCode).toBe(3);
    expect(declined.stdout).toContain(`  ${id}  secret  CI\r\n`);
    expect(declined.stdout).toContain("declined; nothing was changed");
    expect(await stateOf(id)).toBe("live");

    const confirmed = await type(["revoke", id], [["Revoke 1 key? [y/N]", "yes\r"]]);
    expect([confirmed.exitCode, await stateOf(id)]).toEqual([0, "revoked"]);
  });

  itOnTerminal.each([
    ["an empty answer", "\r"],
    ["an answer that is neither", "perhaps\r"],
    ["an interrupt", "\u0003"],
    ["the end of the input", "\u0004"],
  ])("changes nothing after %s", async (_, answer) => {
    const { exitCode, stdout } = await type(["roll", id], [["The old token ends now. [y/N]", answer]]);

    expect([exitCode, stdout.includes("declined; nothing was changed")]).toEqual([3, true]);
    expect((await cli.json("list")).value.count).toBe(1);
  });

  itOnTerminal("asks before keys are deleted, with their number", async () => {
    await cli.run("revoke", id, "--yes");
    const { exitCode, stdout } = await type(["prune", "--ended-before", "0s"], [["[y/N]", "y\r"]]);

    expect(stdout).toMatch(/Delete 1 key that ended before .* permanently\?[\s\S]*Deleted 1 key that ended before/);
    expect([exitCode, (await cli.json("list")).value.count]).toEqual([0, 0]);
  });

  itOnTerminal("does not ask with --yes and with --dry-run", async () => {
    expect((await type(["revoke", id, "--dry-run"])).exitCode).toBe(0);
    expect(await stateOf(id)).toBe("live");
    expect((await type(["revoke", id, "--yes"])).exitCode).toBe(0);
    expect(await stateOf(id)).toBe("revoked");
  });

  itOnTerminal("asks for a token and does not show what is typed", async () => {
    const { exitCode, stdout } = await type(["verify"], [["Token (not shown):", `${token}\r`]]);

    expect([exitCode, stdout.includes(token), stdout.includes(id)]).toEqual([0, false, true]);
  });
});
