// What the commands print: tables for people, shapes for programs.

import { execFile } from "node:child_process";
import { describeOnSqlite } from "../support/databases";
import { createSqliteDatabase } from "../support/sqlite";
import { type Cli, cliOn, PROGRAM, runProgram, steady } from "./program";

const ID = `apk_${"0".repeat(26)}`;
const TIME = "2026-11-28 12:00Z";

describeOnSqlite("The output for people", (database) => {
  let drop: () => Promise<void>;
  let cli: Cli;
  let id: string;
  beforeAll(async () => {
    const created = await database.create();
    drop = created.drop;
    cli = cliOn(created.url);
    await cli.run("migrate");
    await cli.run("create", "--title", "Storefront", "--type", "publishable");
    const attributes = ["--scopes", "products:read,orders:*", "--owner", "user:1", "--expires-in", "30d"];
    const key = await cli.json("create", "--title", "\u001b[31mCI\nof the shop", "--hashing", "sha256", ...attributes);
    id = key.value.id;
  });
  afterAll(() => drop());

  const lines = async (...args: string[]) => {
    const { stdout } = await cli.run(...args);
    return steady(stdout).trimEnd().split("\n");
  };

  it("of list is a table without colors and control characters", async () => {
    expect(await lines("list")).toEqual([
      "ID                              TITLE                         TYPE         STATE                         CREATED            OWNER   SCOPES",
      `${ID}  \\u{1b}[31mCI\\u{a}of the shop  secret       live until ${TIME}  ${TIME}  user:1  products:read,orders:*`,
      `${ID}  Storefront                    publishable  live                          ${TIME}`,
    ]);
  });

  it("of list leaves out columns that no key fills, and cuts a long title", async () => {
    await cli.run("create", "--title", "a".repeat(50), "--type", "publishable", "--created-by", "alone");
    expect(await lines("list", "--created-by", "alone")).toEqual([
      `ID                              TITLE${" ".repeat(37)}TYPE         STATE  CREATED`,
      `${ID}  ${"a".repeat(39)}…  publishable  live   ${TIME}`,
    ]);
  });

  it("of list has the same columns for many keys", async () => {
    await cli.withService((service) =>
      service.createApiKeys(
        Array.from({ length: 25 }, (_, title) => ({
          ...{ title: "x".repeat(title), type: "publishable", created_by: "many" },
        })),
      ),
    );
    const [head = "", ...rows] = await lines("list", "--created-by", "many");
    expect([rows.length, new Set(rows.map((row) => row.indexOf("publishable")))]).toEqual([
      25,
      new Set([head.indexOf("TYPE")]),
    ]);
  });

  it("of show names an empty list of addresses, which permits none", async () => {
    const { value } = await cli.json("create", "--title", "x", "--hashing", "sha256", "--allowed-ip", "");
    expect(await lines("show", value.id)).toContain("allowed ips  none: it may be used from nowhere");
  });

  it("of list is a message if no key matches", async () => {
    expect(await cli.run("list", "--created-by", "no one")).toEqual({
      exitCode: 0,
      stdout: "",
      stderr: "No keys match.\n",
    });
  });

  it("of show has one line for each member that the key has", async () => {
    expect(await lines("show", id)).toEqual([
      `id         ${ID}`,
      "title      \\u{1b}[31mCI\\u{a}of the shop",
      "type       secret",
      `state      live until ${TIME}`,
      "redacted   sk_000***000",
      `created    ${TIME} by command-line`,
      `updated    ${TIME}`,
      "last used  never recorded",
      `ends       ${TIME} by command-line`,
      "owner      user:1",
      "scopes     products:read, orders:*",
    ]);
  });

  it("of create ends with the token, and says on standard error that it is shown once", async () => {
    const { stdout, stderr } = await cli.run("create", "--title", "Backup", "--hashing", "sha256");

    expect(steady(stdout).trimEnd().split("\n").at(-1)).toBe(`token      sk_${"0".repeat(64)}`);
    expect(stderr).toBe("\nThe token is shown only once: store it now.\n");
  });

  it("of verify names the reason of a refusal in words", async () => {
    expect(await cli.pipe(`sk_${"0".repeat(64)}`, "verify")).toEqual({
      exitCode: 3,
      stdout: "refused: unknown (no key that can be verified has this token)\n",
      stderr: "",
    });
  });

  it("of revoke --dry-run is the table of the keys, and a sentence on standard error", async () => {
    const { stdout, stderr } = await cli.run("revoke", id, "--dry-run");

    expect([stdout.trimEnd().split("\n").length, stderr]).toEqual([2, "\nWould revoke 1 key.\n"]);
  });
});

describeOnSqlite("The output of --json", (database) => {
  const KEY = {
    id: expect.stringMatching(/^apk_[0-9A-Z]{26}$/),
    title: "A key",
    type: "secret",
    state: "live",
    redacted: expect.stringMatching(/^sk_\w{3}\*{3}\w{3}$/),
    last_used_at: null,
    created_by: "command-line",
    revoked_by: null,
    revoked_at: null,
    created_at: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/),
    updated_at: expect.stringMatching(/Z$/),
    deleted_at: null,
  };
  const CREATED = { ...KEY, token: expect.stringMatching(/^sk_[0-9a-f]{64}$/) };
  const REVOKED = { ...KEY, state: "revoked", revoked_by: "command-line", revoked_at: expect.stringMatching(/Z$/) };

  it("has the documented shape, and nothing else is on standard output and standard error", async () => {
    const { url, drop } = await database.create();
    const cli = cliOn(url);
    const token = "sk_9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d8f14e45fceea167a5a36dedd4bea2543";
    const silent = async (input: string, ...args: string[]) => {
      const { stdout, stderr } = await cli.pipe(input, ...args, "--json");
      expect(stderr).toBe("");
      return JSON.parse(stdout);
    };
    try {
      expect(await silent("", "migrate")).toEqual({ applied: expect.arrayContaining(["create_api_key"]) });
      const created = await silent("", "create", "--title", "A key", "--hashing", "sha256");
      expect(created).toStrictEqual(CREATED);
      const { id } = created;
      expect(await silent("", "list")).toStrictEqual({ count: 1, keys: [KEY] });
      expect(await silent("", "show", id)).toStrictEqual(KEY);
      expect(await silent(created.token, "verify")).toStrictEqual({ valid: true, key: KEY });
      expect(await silent(token, "verify")).toStrictEqual({ valid: false, reason: "unknown" });
      const rolled = await silent("", "roll", id, "--yes", "--hashing", "sha256");
      expect(rolled).toStrictEqual({ revoked: REVOKED, created: CREATED });
      expect(await silent("", "revoke", rolled.created.id, "--dry-run")).toMatchObject({ dry_run: true, keys: [{}] });
      expect(await silent("", "revoke", rolled.created.id, "--yes")).toStrictEqual({ dry_run: false, keys: [REVOKED] });
      const ensured = await silent(token, "ensure", "--title", "A key", "--hashing", "sha256");
      expect(ensured).toStrictEqual({ state: "created", key: KEY });
      expect(await silent(token, "revoke", "--token-stdin", "--yes")).toStrictEqual({ done: true });
      expect(await silent("", "prune", "--ended-before", "1d", "--yes")).toStrictEqual({
        dry_run: false,
        deleted: 0,
        more: false,
      });
      const { ok, checks } = await silent("", "doctor");
      expect(ok).toBe(true);
      for (const check of checks) {
        expect(check).toStrictEqual({
          check: expect.stringMatching(/^[a-z ]+$/),
          state: expect.stringMatching(/^(ok|note|problem)$/),
          message: expect.stringMatching(/\.$/),
          remedy: check.state === "ok" ? null : expect.anything(),
        });
      }
    } finally {
      await drop();
    }
  });
});

describe("[sqlite] The output", () => {
  let database: Awaited<ReturnType<typeof createSqliteDatabase>>;
  let cli: Cli;
  beforeAll(async () => {
    database = await createSqliteDatabase();
    cli = cliOn(database.url);
    await cli.run("migrate");
  });
  afterAll(() => database.drop());

  /** Runs a line of a shell in which `$CLI` is the program, and returns its exit code and messages. */
  const shell = (line: string) =>
    new Promise<[code: unknown, stderr: string]>((resolve) => {
      const env = { PATH: process.env.PATH, DATABASE_URL: database.url, CLI: `${process.execPath} ${PROGRAM}` };
      execFile("/bin/sh", ["-c", line], { env: env as NodeJS.ProcessEnv }, (error, _, stderr) =>
        resolve([error?.code ?? 0, stderr]),
      );
    });

  it("of --json has no control character and the same values", async () => {
    const title = "\u009b31m\u202e\u2028\u{e0041}\n\u007f";
    const { stdout } = await runProgram(["create", "--title", title, "--type", "publishable", "--json"], {
      env: { DATABASE_URL: database.url },
    });
    expect(stdout.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(JSON.parse(stdout).title).toBe(title);
  });

  it.each(["--token-only", "--json", ""])(
    "of a new token that cannot be written is an error: create %s",
    async (form) => {
      const lost =
        /^error: the token of the new key apk_\w+ could not be written, and is not shown again; replace the key/m;
      const [code, stderr] = await shell(`{ $CLI create --title x ${form}; echo "exit $?" >&2; } | true`);
      expect([code, stderr]).toEqual([0, expect.stringMatching(lost)]);
      expect(stderr).toContain("exit 1\n");
      expect(stderr).not.toMatch(/sk_[0-9a-f]{20}/);
    },
  );

  (process.platform === "linux" ? it : it.skip)("to a full disk is an error without a trace of the stack", async () => {
    const [code, stderr] = await shell("$CLI list --json > /dev/full");
    expect([code, stderr]).toEqual([1, "error: standard output cannot be written: ENOSPC\n"]);
    expect(await shell("$CLI show apk_missing 2> /dev/full")).toEqual([3, ""]);
  });

  it("to a reader that has seen enough is no error", async () => {
    expect(await shell("{ $CLI list --json; echo $? >&2; } | true")).toEqual([0, "0\n"]);
  });
});
