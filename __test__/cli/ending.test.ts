// The commands that end keys: revoke, roll and prune.

import { describeOnEachDatabase } from "../support/databases";
import { useCli } from "./program";

const KEY_ID = /^apk_[0-9A-HJKMNP-TV-Z]{26}$/;
const HOUR_MS = 3_600_000;

describeOnEachDatabase("The command that ends keys,", (database) => {
  const cli = useCli(database);
  const created = (...args: string[]) => cli().create(...args);

  it("revoke ends the named keys at once or later", async () => {
    const [now, later] = [await created(), await created()];
    const done = await cli().json("revoke", now.id, "--yes", "--revoked-by", "user_1");
    const planned = await cli().json("revoke", later.id, "--yes", "--revoke-in", "1h");

    expect([done.value.keys[0].state, done.value.keys[0].revoked_by]).toEqual(["revoked", "user_1"]);
    expect([planned.value.keys[0].state, planned.value.keys[0].revoked_by]).toEqual(["live", "command-line"]);
    await cli().withService(async (service) => {
      expect(await service.authenticate(now.token)).toBe(false);
      expect(await service.authenticate(later.token)).toMatchObject({ id: later.id });
    });
  });

  it("create names a creator that has ended as wrong, with exit code 2", async () => {
    const ended = await created("--expires-in", "0s");
    const { exitCode, stderr } = await cli().run("create", "--title", "Heir", "--created-by", ended.id);

    expect(exitCode).toBe(2);
    expect(stderr).toContain(ended.id);
  });

  it("revoke ends the live keys that its options select, and leaves others alone", async () => {
    const owned = [await created("--owner", "user:1"), await created("--owner", "user:1")];
    const other = await created("--owner", "user:2");
    await created("--owner", "user:1", "--expires-in", "0s");

    const { exitCode, value } = await cli().json("revoke", "--owner", "user:1", "--yes");
    expect([exitCode, value.keys.map(({ id }: { id: string }) => id).sort()]).toEqual([
      0,
      owned.map(({ id }) => id).sort(),
    ]);
    expect((await cli().json("show", other.id)).value.state).toBe("live");
    expect((await cli().run("revoke", "--owner", "user:1", "--yes")).exitCode).toBe(3);
  });

  it.each([
    ["an id", 2, "ends earlier, at "],
    ["an owner", 0, "Revoked 1 key."],
  ])("revoke --revoke-in by %s does not prolong a key that ends earlier", async (by, exitCode, message) => {
    const [ending, other] = [
      await created("--owner", "user:1", "--expires-in", "1d"),
      await created("--owner", "user:1"),
    ];
    const keys = by === "an id" ? [ending.id, other.id] : ["--owner", "user:1"];
    const run = await cli().run("revoke", ...keys, "--revoke-in", "10y", "--yes");

    expect([run.exitCode, run.stderr]).toEqual([exitCode, expect.stringContaining(message)]);
    expect((await cli().json("show", ending.id)).value.revoked_at).toBe(ending.revoked_at);
    expect((await cli().json("show", other.id)).value.revoked_at).toEqual(exitCode === 0 ? expect.any(String) : null);
  });

  it("revoke without --revoke-in ends a key that would end later", async () => {
    const { id } = await created("--expires-in", "1d");
    expect((await cli().json("revoke", id, "--yes")).value.keys[0].state).toBe("revoked");
  });

  it("revoke changes nothing if one of the ids does not exist", async () => {
    const { id } = await created();
    const { exitCode, stderr } = await cli().run("revoke", id, "apk_missing", "--yes");

    expect([exitCode, stderr]).toEqual([3, "error: no key has the id apk_missing\n"]);
    expect((await cli().json("show", id)).value.state).toBe("live");
  });

  it("revoke --dry-run names the keys and changes nothing", async () => {
    const { id } = await created();
    const { exitCode, value } = await cli().json("revoke", id, "--dry-run");

    expect([exitCode, value.dry_run, value.keys.map((key: { id: string }) => key.id)]).toEqual([0, true, [id]]);
    expect((await cli().json("show", id)).value.state).toBe("live");
  });

  it("revoke --cascade ends the keys that a key created, and theirs", async () => {
    const parent = await created();
    const child = await created("--created-by", parent.id);
    const grandchild = await created("--created-by", child.id);
    const stranger = await created();
    const ids = ({ keys }: { keys: { id: string }[] }) => keys.map(({ id }) => id);

    const preview = await cli().json("revoke", parent.id, "--cascade", "--dry-run");
    expect([ids(preview.value)[0], ids(preview.value).sort()]).toEqual([
      parent.id,
      [parent.id, child.id, grandchild.id].sort(),
    ]);
    const { value } = await cli().json("revoke", parent.id, "--cascade", "--yes");
    expect(ids(value).sort()).toEqual([parent.id, child.id, grandchild.id].sort());
    await cli().withService(async (service) => {
      expect(await service.authenticate(grandchild.token)).toBe(false);
      expect(await service.authenticate(stranger.token)).toMatchObject({ id: stranger.id });
    });
  });

  it("revoke --token-stdin ends the key of a token, and has the same output for an unknown one", async () => {
    const { id, token } = await created();
    const known = await cli().pipe(token, "revoke", "--token-stdin", "--yes");
    const unknown = await cli().pipe(`sk_${"0".repeat(64)}`, "revoke", "--token-stdin", "--yes");

    expect(known).toEqual(unknown);
    expect(known.exitCode).toBe(0);
    expect((await cli().json("show", id)).value).toMatchObject({ state: "revoked", revoked_by: "command-line" });
  });

  it("roll replaces a key after a grace period", async () => {
    const old = await created();
    const { exitCode, value } = await cli().json("roll", old.id, "--yes", "--revoke-in", "1d", "--title", "Second");

    expect([exitCode, value.revoked.id, value.revoked.state, value.created.title]).toEqual([
      0,
      old.id,
      "live",
      "Second",
    ]);
    expect(value.created.id).toMatch(KEY_ID);
    await cli().withService(async (service) => {
      expect(await service.authenticate(old.token)).toMatchObject({ id: old.id });
      expect(await service.authenticate(value.created.token)).toMatchObject({ id: value.created.id });
    });
  });

  it("roll of a publishable key says that sales channels are not copied", async () => {
    const { id } = await created("--type", "publishable");
    const { exitCode, stderr } = await cli().run("roll", id, "--yes", "--token-only");
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining("the new key has no sales channels yet")]);
  });

  it("prune deletes keys that ended long ago, and counts them before", async () => {
    await cli().withService((service) =>
      service.createApiKeys([
        { title: "long ago", type: "secret", created_by: "x", revoked_at: "2020-01-01", revoked_by: "x" },
        {
          title: "lately",
          type: "secret",
          created_by: "x",
          revoked_at: new Date(Date.now() - HOUR_MS),
          revoked_by: "x",
        },
        { title: "live", type: "secret", created_by: "x" },
      ]),
    );
    const titles = async () =>
      (await cli().json("list")).value.keys.map(({ title }: { title: string }) => title).sort();

    expect(await cli().json("prune", "--ended-before", "90d", "--dry-run")).toEqual({
      exitCode: 0,
      value: { dry_run: true, deleted: 1, more: expect.any(Boolean) },
    });
    expect(await titles()).toEqual(["lately", "live", "long ago"]);
    expect((await cli().json("prune", "--ended-before", "90d", "--yes")).value).toEqual({
      dry_run: false,
      deleted: 1,
      more: false,
    });
    expect(await titles()).toEqual(["lately", "live"]);
    expect((await cli().run("prune", "--ended-before", "2021-01-01", "--yes")).stdout).toBe(
      "Deleted 0 keys that ended before 2021-01-01 00:00Z.\n",
    );
  });

  it("revoke --owner --cascade also follows the keys of the owner that have ended", async () => {
    const parent = await created("--owner", "user:1");
    const child = await created("--created-by", parent.id);
    await cli().run("revoke", parent.id, "--yes");
    const { exitCode, value } = await cli().json("revoke", "--owner", "user:1", "--cascade", "--yes");

    expect([exitCode, value.keys.map(({ id }: { id: string }) => id)]).toEqual([0, [child.id]]);
    const again = await cli().run("revoke", "--owner", "user:1", "--cascade", "--yes");
    expect([again.exitCode, again.stderr]).toEqual([3, "error: no live keys match\n"]);
  });
});
