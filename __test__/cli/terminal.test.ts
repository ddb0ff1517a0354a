// Colors, questions and hidden input on a pseudo-terminal. Without `script` of util-linux the suite is skipped: see
// harness/programs.js.

import { describeOnSqlite } from "../support/databases";
import { ESCAPE, runOnTerminal, useCli } from "./program";

describeOnSqlite("The program on a terminal", (database) => {
  const cli = useCli(database);
  let id: string;
  let token: string;
  beforeEach(async () => {
    ({ id, token } = await cli().create("--title", "CI"));
  });

  const type = (args: string[], typed: [prompt: string, text: string][] = [], env: Record<string, string> = {}) =>
    runOnTerminal(args, { env: { ...env, DATABASE_URL: cli().url } }, typed);
  const stateOf = async (key: string) => (await cli().json("show", key)).value.state;

  it("colors tables, unless NO_COLOR or a dumb terminal forbids it", async () => {
    expect((await type(["list"])).stdout).toContain(`${ESCAPE}32mlive`);
    expect((await type(["list"], [], { NO_COLOR: "1" })).stdout).not.toContain(ESCAPE);
    expect((await type(["list"], [], { TERM: "dumb" })).stdout).not.toContain(ESCAPE);
  });

  it("asks before a revocation, with the keys that it would end", async () => {
    const declined = await type(["revoke", id], [["Revoke 1 key? [y/N]", "n\r"]]);
    expect(declined.exitCode).toBe(3);
    expect(declined.stdout).toContain(`  ${id}  secret  CI\r\n`);
    expect(declined.stdout).toContain("declined; nothing was changed");
    expect(await stateOf(id)).toBe("live");

    const confirmed = await type(["revoke", id], [["Revoke 1 key? [y/N]", "yes\r"]]);
    expect([confirmed.exitCode, await stateOf(id)]).toEqual([0, "revoked"]);
  });

  it.each([
    ["an empty answer", "\r"],
    ["an answer that is neither", "perhaps\r"],
    ["an interrupt", "\u0003"],
    ["the end of the input", "\u0004"],
  ])("changes nothing after %s", async (_, answer) => {
    const { exitCode, stdout } = await type(["roll", id], [["The old token ends now. [y/N]", answer]]);

    expect([exitCode, stdout.includes("declined; nothing was changed")]).toEqual([3, true]);
    expect((await cli().json("list")).value.count).toBe(1);
  });

  it("asks before keys are deleted, with their number", async () => {
    await cli().run("revoke", id, "--yes");
    const { exitCode, stdout } = await type(["prune", "--ended-before", "0s"], [["[y/N]", "y\r"]]);

    expect(stdout).toMatch(/Delete 1 key that ended before .* permanently\?[\s\S]*Deleted 1 key that ended before/);
    expect([exitCode, (await cli().json("list")).value.count]).toEqual([0, 0]);
  });

  it("does not ask with --yes and with --dry-run", async () => {
    expect((await type(["revoke", id, "--dry-run"])).exitCode).toBe(0);
    expect(await stateOf(id)).toBe("live");
    expect((await type(["revoke", id, "--yes"])).exitCode).toBe(0);
    expect(await stateOf(id)).toBe("revoked");
  });

  it("asks for a token and does not show what is typed", async () => {
    const { exitCode, stdout } = await type(["verify"], [["Token (not shown):", `${token}\r`]]);

    expect([exitCode, stdout.includes(token), stdout.includes(id)]).toEqual([0, false, true]);
  });
});
