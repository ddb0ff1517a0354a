// What each command does to the table, as a service on the same database sees it.

import { describeOnEachDatabase } from "../support/databases";
import { useCli } from "./program";

const HOUR_MS = 3_600_000;

describeOnEachDatabase("The command", (database) => {
  const cli = useCli(database);
  const created = (...args: string[]) => cli().create(...args);

  it("create makes a key that a service accepts, hashed with argon2id unless told otherwise", async () => {
    const { exitCode, value } = await cli().json("create", "--title", "CI");

    expect([exitCode, value.type, value.created_by]).toEqual([0, "secret", "command-line"]);
    await cli().withService(async (service) => {
      expect(await service.authenticate(value.token)).toMatchObject({ id: value.id, title: "CI" });
    });
    expect((await cli().json("doctor")).value.checks).toContainEqual(
      expect.objectContaining({ check: "keys", message: "Live: 1 secret (1 argon2id), 0 publishable. Ended: 0." }),
    );
  });

  it("create gives a key every attribute of its options", async () => {
    const before = Date.now();
    const { id } = await created(
      ...["--scopes", "products:read,orders:*", "--scopes", "users:read", "--owner", "user:a:b", "--expires-in", "2h"],
      ...["--allowed-ip", "10.0.0.0/8", "--allowed-ip", "203.0.113.7", "--metadata", '{"team":"x"}'],
      ...["--created-by", "user_1", "--purpose", "invitation"],
    );

    await cli().withService(async (service) => {
      const key = await service.retrieveApiKey(id);
      expect(key).toMatchObject({
        scopes: ["products:read", "orders:*", "users:read"],
        owner: { type: "user", id: "a:b" },
        allowed_ips: ["10.0.0.0/8", "203.0.113.7"],
        metadata: { team: "x" },
        created_by: "user_1",
        purpose: "invitation",
      });
      const end = key.revoked_at?.getTime() ?? 0;
      expect(end - before).toBeGreaterThanOrEqual(2 * HOUR_MS - 1);
      expect(end - before).toBeLessThan(2 * HOUR_MS + 60_000);
    });
  });

  it('create makes a key that may do nothing from the scopes ""', async () => {
    expect((await created("--scopes", "")).scopes).toEqual([]);
  });

  it("create --token-only prints the token and nothing else", async () => {
    const { stdout, stderr } = await cli().run("create", "--title", "CI", "--token-only");

    expect([stdout, stderr]).toEqual([expect.stringMatching(/^sk_[0-9a-f]{64}\n$/), ""]);
    const verified = await cli().pipe(stdout, "verify", "--json");
    expect(JSON.parse(verified.stdout)).toMatchObject({ valid: true, key: { title: "CI" } });
  });

  it("list selects by type, owner, scopes, creator, words, state and end", async () => {
    const [publishable, owned, ending, ended] = [
      await created("--type", "publishable", "--title", "Shop window"),
      await created("--owner", "seller:1", "--scopes", "a:b,c:d"),
      await created("--expires-in", "2h", "--created-by", "user_9"),
      await created("--expires-in", "0s"),
    ];
    const listed = async (...args: string[]) => {
      const { value } = await cli().json("list", ...args);
      expect(value.count).toBe(value.keys.length);
      return value.keys.map(({ id }: { id: string }) => id);
    };

    expect(await listed()).toEqual([ended.id, ending.id, owned.id, publishable.id]);
    expect(await listed("--type", "publishable")).toEqual([publishable.id]);
    expect(await listed("--owner", "seller:1")).toEqual([owned.id]);
    expect(await listed("--owner", "seller")).toEqual([owned.id]);
    expect(await listed("--owner", "seller:2")).toEqual([]);
    expect(await listed("--scopes", "a:b,c:d")).toEqual([owned.id]);
    expect(await listed("--scopes", "a:b,x:y")).toEqual([]);
    expect(await listed("--created-by", "user_9")).toEqual([ending.id]);
    expect(await listed("--search", "window")).toEqual([publishable.id]);
    expect(await listed("--revoked")).toEqual([ended.id]);
    expect(await listed("--live")).toEqual([ending.id, owned.id, publishable.id]);
    expect(await listed("--live", "--ends-before", "3h")).toEqual([ending.id]);
    expect(await listed("--live", "--ends-before", "1h")).toEqual([]);
  });

  it("list selects by who revoked a key", async () => {
    const [key] = [await created(), await created()];
    await cli().run("revoke", key.id, "--revoked-by", "user_7", "--yes");

    for (const [revoker, ids] of [
      ["user_7", [key.id]],
      ["user_8", []],
    ] as const) {
      const { value } = await cli().json("list", "--revoked-by", revoker);
      expect(value.keys.map(({ id }: { id: string }) => id)).toEqual(ids);
    }
  });

  it("list finds unused keys, but none that is younger than that time", async () => {
    const day = (days: number) => new Date(Date.now() - days * 24 * HOUR_MS);
    const keys = await cli().withService((service) =>
      service.createApiKeys([
        { title: "never", type: "secret", created_by: "x", created_at: day(100) },
        { title: "long ago", type: "secret", created_by: "x", created_at: day(200), last_used_at: day(91) },
        { title: "lately", type: "secret", created_by: "x", created_at: day(200), last_used_at: day(89) },
        { title: "new", type: "secret", created_by: "x" },
      ]),
    );

    const { value } = await cli().json("list", "--unused-for", "90d");
    expect(value.keys.map(({ title }: { title: string }) => title)).toEqual(["never", "long ago"]);
    expect(keys).toHaveLength(4);
  });

  it("list returns the page that is asked for, and the number of all keys", async () => {
    for (const title of ["1", "2", "3"]) await created("--title", title);

    const { value } = await cli().json("list", "--limit", "1", "--offset", "1");
    expect([value.count, value.keys.map(({ title }: { title: string }) => title)]).toEqual([3, ["2"]]);
    expect((await cli().run("list", "--limit", "1")).stderr).toContain(
      "1 key of 3; --limit and --offset select others.",
    );
  });

  it("show prints a key without its secret token, and a publishable key with its public one", async () => {
    const [secret, publishable] = [await created(), await created("--type", "publishable")];

    expect((await cli().json("show", secret.id)).value).toEqual(
      Object.fromEntries(Object.entries(secret).filter(([name]) => name !== "token")),
    );
    expect((await cli().json("show", publishable.id)).value).toEqual(publishable);
  });

  it("ensure creates a key once, reports what differs, and changes it if asked to", async () => {
    const token = `sk_${"2b7e151628aed2a6abf7158809cf4f3c".repeat(1)}${"9f86d081884c7d659a2feaa0c55ad015"}`;
    const ensured = async (...args: string[]) => {
      const run = await cli().pipe(`${token}\n`, "ensure", "--json", "--hashing", "sha256", ...args);
      return [run.exitCode, JSON.parse(run.stdout)];
    };

    expect(await ensured("--title", "CI")).toEqual([
      0,
      { state: "created", key: expect.objectContaining({ title: "CI" }) },
    ]);
    expect(await ensured("--title", "CI")).toMatchObject([0, { state: "unchanged" }]);
    expect(await ensured("--title", "Berlin")).toMatchObject([0, { state: "different", differences: ["title"] }]);
    const [, updated] = await ensured("--title", "Berlin", "--scopes", "a:b", "--update");
    expect(updated).toMatchObject({ state: "updated", updated: ["title", "scopes"], key: { scopes: ["a:b"] } });
    await cli().run("revoke", updated.key.id, "--yes");
    expect(await ensured("--title", "Berlin")).toMatchObject([3, { state: "revoked" }]);
  });

  it("verify judges a token by scopes, address and type of owner, and is not a use", async () => {
    const { id, token } = await created("--scopes", "a:b", "--owner", "seller:1", "--allowed-ip", "10.0.0.0/8");
    const verified = async (...args: string[]) => {
      const { exitCode, stdout } = await cli().pipe(token, "verify", "--json", ...args);
      const { valid, reason, key } = JSON.parse(stdout);
      return [exitCode, valid, reason ?? key.id];
    };

    expect(await verified("--ip", "10.1.2.3", "--scopes", "a:b", "--owner-type", "seller")).toEqual([0, true, id]);
    expect(await verified()).toEqual([3, false, "ip_not_allowed"]);
    expect(await verified("--ip", "10.1.2.3", "--scopes", "c:d")).toEqual([3, false, "insufficient_scope"]);
    expect(await verified("--ip", "10.1.2.3", "--owner-type", "user")).toEqual([3, false, "wrong_owner_type"]);
    expect((await cli().json("show", id)).value.last_used_at).toBeNull();
  });
});
