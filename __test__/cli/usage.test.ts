// Wrong command lines: exit code 2, a message, nothing on standard output, nothing changed.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSqliteDatabase, type SqliteDatabase } from "../support/sqlite";
import { type Cli, cliOn, runProgram } from "./program";

const NO_TERMINAL = "this command asks before it changes anything; without a terminal, add --yes";
const DURATION = "Give a duration such as 30d, 12h or 90s";
const TOKEN = `sk_${"0f".repeat(32)}`;

describe("[sqlite] A wrong command line", () => {
  let database: SqliteDatabase;
  let cli: Cli;
  let id: string;

  beforeAll(async () => {
    database = await createSqliteDatabase();
    cli = cliOn(database.url);
    await cli.run("migrate");
    ({ id } = (await cli.json("create", "--title", "A key", "--hashing", "sha256")).value);
  });
  afterAll(() => database.drop());

  it.each<[line: string, message: string]>([
    ["", "Usage: medusa-api-key-native"],
    ["frobnicate", "unknown command 'frobnicate'"],
    ["lst", "Did you mean list?"],
    ["list --frobnicate", "unknown option '--frobnicate'"],
    ["list --frobnicate=secret", "unknown option '--frobnicate'"],
    ["list extra", "too many arguments for 'list'"],
    ["list --type private", "Allowed choices are secret, publishable."],
    ["list --limit 0", "Give a whole number from 1."],
    ["list --limit many", "Give a whole number from 1."],
    ["list --offset -1", "Give a whole number."],
    ["list --live --revoked", "--live, --revoked and --deleted exclude each other"],
    ["list --unused-for 5", DURATION],
    ["list --unused-for 2026-02-30", DURATION],
    ["list --unused-for 2999-01-01", "The time has not passed yet."],
    ["list --unused-for 101y", "The longest duration is 100y."],
    ["list --ends-before tomorrow", DURATION],
    ["list --type \u009b31m", "argument '\\u{9b}31m' is invalid"],
    ["list --\u001b[31m", "unknown option '--\\u{1b}[31m'"],
    ["list --timeout soon", DURATION],
    ["list --timeout 1ms", DURATION],
    ["list --timeout 0s", "callTimeout: must be a whole number from 100 to 3600000"],
    ["create", "required option '--title <title>' not specified"],
    ["create --title x --expires-in 2020-01-01", "The time has passed."],
    ["create --title x --expires-in 30", DURATION],
    ["create --title x --owner user", "Give the type and the id of the owner"],
    ["create --title x --owner :1", "Give the type and the id of the owner"],
    ["create --title x --metadata [1]", "Give a JSON object"],
    ["create --title x --metadata {", "Give a JSON object"],
    ["create --title x --hashing md5", "Allowed choices are argon2id, scrypt, sha256."],
    ["create --title x --scopes Products:read", "scopes"],
    ["create --title x --allowed-ip 10.0.0.1/8", "allowed_ips"],
    ["show", "missing required argument 'id'"],
    ["revoke", "no keys: give their ids, --token-stdin, or an option that selects keys, such as --owner"],
    ["revoke apk_1", NO_TERMINAL],
    ["revoke apk_1 --owner user:1 --yes", "ids, --token-stdin and options that select keys exclude each other"],
    ["revoke apk_1 --token-stdin --yes", "ids, --token-stdin and options that select keys exclude each other"],
    ["revoke --token-stdin", "standard input holds the token, so the command cannot ask: add --yes"],
    ["revoke --token-stdin --yes", "standard input holds no token"],
    ["revoke --token-stdin --dry-run --yes", "--token-stdin revokes now, and does not say what"],
    ["roll", "missing required argument 'id'"],
    ["roll apk_1", NO_TERMINAL],
    ["revoke --unused-for 2999-01-01 --yes", "The time has not passed yet."],
    ["prune", "required option '--ended-before <when>' not specified"],
    ["prune --ended-before 90d", NO_TERMINAL],
    ["prune --ended-before 90 --yes", DURATION],
    ["verify", "standard input holds no token"],
    ["verify --scopes ,", "--scopes names no scope, so every key would have them all"],
    ["verify re_123456", "a token must not be an argument"],
    [`verify ${TOKEN}`, "a token must not be an argument"],
    ["verify --token x", "a token must not be an argument"],
    [`verify --token=${TOKEN}`, "a token must not be an argument"],
    [`ensure --title x ${TOKEN}`, "a token must not be an argument"],
    [`show ${TOKEN}`, "a token must not be an argument"],
    [`create --title ${TOKEN}`, "a token must not be an argument"],
    ["list --options /does/not/exist.json", "--options: the file cannot be read: ENOENT"],
    ["postgres://user:password@host/db", "unknown command '***'"],
    ["list --limit postgres://user:password@host/db", "argument '***' is invalid. Give a whole number from 1."],
    ["list --limit=postgres://user:password@host/db", "argument '***' is invalid."],
    ["list --type postgres://user:password\u009b@host/db", "argument '***' is invalid."],
    ["list --postgres://user:password@host/db", "unknown option '***'"],
    ["list postgres://user:password@host/db", "too many arguments for 'list'"],
    ["list --database-url mysql://user:password@host/db", "databaseUrl: must begin with sqlite: or postgres://"],
    ["list --database-url sqlite::memory:", "sqlite::memory: is a database of one process"],
  ])("is rejected with a message: %s", async (line, message) => {
    const { exitCode, stdout, stderr } = await cli.run(...line.split(" ").filter((word) => word !== ""));

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/0f0f|password|=secret/);
    expect((await cli.json("list")).value).toMatchObject({ count: 1, keys: [{ id, state: "live" }] });
  });

  it("is rejected without a database, with the two ways to name one", async () => {
    const { exitCode, stderr } = await runProgram(["list"]);

    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringMatching(/^error: no database: set DATABASE_URL or give --database-url/),
    ]);
  });

  it("is rejected with an invalid file of --options, which is not repeated", async () => {
    const folder = mkdtempSync(join(tmpdir(), "medusa-api-key-native-options-"));
    const file = join(folder, "options.json");
    try {
      for (const [text, message] of [
        ["{ hunter2", "--options: the file cannot be read: it is not JSON"],
        ['["hunter2"]', "--options: the file must hold a JSON object"],
        ['{"hashKeys":[{"id":"a","secret":"hunter2"}]}', "hashKeys[0].secret: must be 32 to 1024 random bytes"],
        ['{"databaseUrl":["hunter2"]}', "--options: databaseUrl must be a string"],
        ['{"pol":1}', 'unknown option "pol"; did you mean "pool"?'],
      ] as const) {
        writeFileSync(file, text);
        const { exitCode, stdout, stderr } = await cli.run("list", "--options", file);
        expect([exitCode, stdout, stderr]).toEqual([2, "", expect.stringContaining(message)]);
        expect(stderr).not.toContain("hunter2");
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is rejected if a roll would end a key after millennia", async () => {
    const { exitCode, stderr } = await cli.run("roll", id, "--yes", "--revoke-in", "999999y");

    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("The longest duration is 100y.")]);
    expect((await cli.json("list")).value).toMatchObject({ count: 1, keys: [{ id, state: "live" }] });
  });

  it.each([
    ["more than one token", `${TOKEN}\n${TOKEN}\n`],
    ["nothing but white space", " \n"],
    ["a megabyte", "x".repeat(1_000_000)],
  ])("is rejected with %s on standard input", async (_, input) => {
    const { exitCode, stdout, stderr } = await cli.pipe(input, "verify");

    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^error: standard input (?:must hold one token|holds no token)/);
  });
});

describe("[sqlite] A call that fails", () => {
  it.each<[line: string[], exitCode: number, message: string, json: string]>([
    [["show", "apk_missing", "--json"], 3, "error: ApiKey with id: apk_missing was not found\n", "null\n"],
    [["roll", "apk_missing", "--yes", "--json"], 3, "error: ApiKey with id: apk_missing was not found\n", "null\n"],
    [["revoke", "apk_missing", "--yes", "--json"], 3, "error: no key has the id apk_missing\n", "null\n"],
    [["revoke", "--owner", "user:1", "--yes", "--json"], 3, "error: no keys match\n", "null\n"],
    [["show", "postgres://user:password@host/x"], 3, "error: ApiKey with id: *** was not found\n", ""],
    [["revoke", "postgres://user:password@host/x", "--yes"], 3, "error: no key has the id ***\n", ""],
    [["list", "--database-url", "postgres://user:password@127.0.0.1:1/x"], 1, "the connection was refused", ""],
  ])("has an exit code and a message: %j", async (line, exitCode, message, json) => {
    const database = await createSqliteDatabase();
    const cli = cliOn(database.url);
    await cli.run("migrate");
    const run = await cli.run(...line);

    expect([run.exitCode, run.stdout]).toEqual([exitCode, json]);
    expect(run.stderr).toContain(message);
    expect(run.stderr).not.toContain("password@");
    await database.drop();
  });
});
