// verify: the verdict and its reason, from the database and from memory.

import fc from "fast-check";
import { expectFailure } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { openLeased, warm } from "../support/leased";
import { openService } from "../support/ours";
import { createPostgresDatabase } from "../support/postgres";
import { type OurService, PUBLISHABLE, SECRET, untyped } from "../support/service";
import { createSqliteDatabase } from "../support/sqlite";
import { until } from "../support/until";

const BY = { revoked_by: "user_1" };
const refused = (reason: string) => ({ valid: false, reason });

describeOurs(
  "verify",
  (current) => {
    const service = () => current().service;
    const make = (data: object = {}) => service().createApiKeys({ ...SECRET, ...data });

    it("returns the key of a token without restrictions, whatever is demanded (M11)", async () => {
      const { id, token } = await make();
      for (const demand of [undefined, {}, { scopes: [] }, { scopes: ["a:write", "*:*"], ip: "::1" }]) {
        expect(await service().verify(token, demand)).toMatchObject({ valid: true, key: { id, token: "" } });
      }
      expect(await service().verify(token)).toEqual({ valid: true, key: await service().authenticate(token) });
    });

    it("returns the reason against a key (M11)", async () => {
      const limited = await make({
        scopes: ["a:read"],
        owner: { type: "seller", id: "1" },
        allowed_ips: ["10.0.0.0/8"],
      });
      const [revoked, expired, deleted, scheduled] = [
        await make(),
        await make({ expires_in: 0 }),
        await make(),
        await make(),
      ];
      await service().revoke(revoked.id, BY);
      await service().softDeleteApiKeys(deleted.id);
      await service().revoke(scheduled.id, { ...BY, revoke_in: 0.001 });
      const publishable = await service().createApiKeys(PUBLISHABLE);
      const ip = "10.1.2.3";
      const verdicts: [string, object | undefined, string | null][] = [
        [revoked.token, undefined, "revoked"],
        [expired.token, undefined, "expired"],
        [deleted.token, undefined, "unknown"],
        [publishable.token, undefined, "unknown"],
        ["", undefined, "unknown"],
        ["x".repeat(1_000), undefined, "unknown"],
        [`sk_${"0".repeat(64)}`, undefined, "unknown"],
        [limited.token, undefined, "ip_not_allowed"],
        [limited.token, { ip: "11.0.0.1" }, "ip_not_allowed"],
        [limited.token, { ip, owner_type: "user" }, "wrong_owner_type"],
        [limited.token, { ip, scopes: ["a:write"] }, "insufficient_scope"],
        [limited.token, { ip, scopes: ["a:read"], owner_type: "seller" }, null],
        [limited.token, { ip: `::ffff:${ip}` }, null],
      ];
      for (const [token, demand, reason] of verdicts) {
        const verdict = await service().verify(token, demand);
        expect(verdict).toMatchObject(reason === null ? { valid: true } : refused(reason));
      }
      await until(
        () => service().verify(scheduled.token),
        (verdict) => !verdict.valid && verdict.reason === "revoked",
      );
    });

    it("reports an early revocation of an expiring key as revoked, and its expiration after a change as expired", async () => {
      const [early, renamed] = [await make({ expires_in: 3600 }), await make({ expires_in: 0.2 })];
      await service().updateApiKeys(renamed.id, { title: "New", metadata: { a: 1 } });
      await service().revoke(early.id, BY);
      expect(await service().verify(early.token)).toEqual(refused("revoked"));
      await until(
        () => service().verify(renamed.token),
        (verdict) => !verdict.valid,
      );
      expect(await service().verify(renamed.token)).toEqual(refused("expired"));
    });

    it("never accepts a key with a purpose", async () => {
      const { token } = await make({ purpose: "password-reset", scopes: ["*:*"] });
      expect(await service().verify(token, { scopes: ["a:read"] })).toEqual(refused("unknown"));
    });

    it("returns no reason for a token that only resembles the key's", async () => {
      const { id, token } = await make({ scopes: [] });
      await service().revoke(id, BY);
      const forged = `${token.slice(0, 6)}${"0".repeat(58)}${token.slice(-3)}`;
      expect(await service().verify(forged)).toEqual(refused("unknown"));
    });

    it.each([
      [{ scope: "a:read" }, /"scope".*"scopes"/],
      [{ scope: undefined }, /"scope".*"scopes"/],
      [{ ownerType: undefined }, /"ownerType"/],
      [{ scopes: "a:read" }, /scopes must be an array/],
      [{ scopes: ["a"] }, /scopes must hold scopes/],
      [{ scopes: ["a:read b:read"] }, /scopes must hold scopes/],
      [{ scopes: null }, /scopes/],
      [{ scopes: undefined }, /scopes/],
      [{ owner_type: undefined, ip: undefined }, /owner_type/],
      [{ ip: "nowhere" }, /ip must be an IP address/],
      [{ ip: 5 }, /ip must be an IP address/],
      [{ owner_type: ["seller"] }, /owner_type must be a string/],
      ["a:read", /demand of verify must be a plain object/],
      [null, /demand of verify must be a plain object/],
    ])("rejects an invalid demand for any token, case %#: %j", async (demand, message) => {
      const { token } = await make();
      for (const any of [token, "nonsense", untyped(5)]) {
        await service().verify(token);
        await expectFailure(service().verify(any, untyped(demand)), "invalid_data", message);
      }
    });

    it("answers non-strings as unknown and rejects after close", async () => {
      const other = openService(current().url);
      for (const token of [undefined, null, 5, {}, ["sk_1"]]) {
        expect(await other.verify(untyped(token))).toEqual(refused("unknown"));
      }
      await other.close();
      await expectFailure(other.verify("sk_1"), "unexpected_state", /closed/);
    });

    it("counts as a use only if the key is accepted", async () => {
      const using = openService(current().url, { lastUsedInterval: 20, hashing: "sha256" });
      const [used, unused] = await using.createApiKeys([
        { ...SECRET, scopes: ["a:read"] },
        { ...SECRET, scopes: [] },
      ]);
      await using.verify(unused.token);
      await using.verify(used.token);
      await using.authenticate(unused.token);
      await until(
        () => using.retrieveApiKey(used.id),
        ({ last_used_at }) => last_used_at !== null,
      );
      expect(await using.retrieveApiKey(unused.id)).toMatchObject({ last_used_at: null });
      await using.close();
    });
  },
  { hashing: "sha256" },
);

/** Services that answer from memory. */
const CACHED = {
  sqlite: { create: createSqliteDatabase, open: (url: string) => openService(url, { hashing: "sha256" }) },
  postgres: {
    create: createPostgresDatabase,
    open: (url: string) => openLeased(url, { hashing: "sha256" }),
  },
};

describe.each(["sqlite", "postgres"] as const)("[%s] verify from memory", (name) => {
  let database: { url: string; drop(): Promise<void> };
  let service: OurService;
  let fresh: OurService;

  beforeAll(async () => {
    database = await CACHED[name].create();
    service = await CACHED[name].open(database.url);
    fresh = openService(database.url, { hashing: "sha256", pool: { max: 2 } });
  });
  afterAll(async () => {
    await service?.close();
    await fresh?.close();
    await database?.drop();
  });

  it("judges as the database does, for random keys and demands", async () => {
    const scope = fc.constantFrom("a:read", "a:write", "a:*", "*:read", "*:*", "b:read");
    const ip = fc.constantFrom("10.0.0.1", "::ffff:10.0.0.1", "11.0.0.1", "2001:db8::1", "::1");
    const key = fc.record(
      {
        scopes: fc.array(scope, { maxLength: 3 }),
        owner: fc.record({ type: fc.constantFrom("user", "seller"), id: fc.constantFrom("1", '"ü\n') }),
        allowed_ips: fc.subarray(["10.0.0.0/8", "2001:db8::/32", "::1"]),
        metadata: fc.constantFrom({}, { scopes: ["*:*"], purpose: "x" }),
        purpose: fc.constantFrom(null, "reset"),
      },
      { requiredKeys: [] },
    );
    const demand = fc.record(
      { scopes: fc.array(scope, { maxLength: 2 }), ip, owner_type: fc.constantFrom("user", "seller") },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(key, fc.array(demand, { minLength: 4, maxLength: 4 }), async (data, demands) => {
        const { token } = await service.createApiKeys({ ...SECRET, ...data });
        for (const one of demands) {
          const read = await fresh.verify(token, one);
          expect(await service.verify(token, one)).toEqual(read);
          expect(await service.verify(token, one)).toEqual(read);
          expect(await service.authenticate(token)).toEqual(await fresh.authenticate(token));
        }
      }),
      { numRuns: 60 },
    );
    expect((await service.status()).memory.hits).toBeGreaterThan(0);
  }, 60_000);

  it("forgets a verdict when another service changes the key's restrictions", async () => {
    const { id, token } = await service.createApiKeys({ ...SECRET, scopes: ["a:read", "a:write"] });
    const demand = { scopes: ["a:write"] };
    expect(await warm(service, () => service.verify(token, demand))).toMatchObject({ valid: true });
    await fresh.updateApiKeys(id, { scopes: ["a:read"] });
    await until(
      () => service.verify(token, demand),
      (verdict) => !verdict.valid,
    );
    expect(await service.verify(token, demand)).toEqual(refused("insufficient_scope"));
    await fresh.updateApiKeys(id, { scopes: null });
    await until(
      () => service.authenticate(token),
      (key) => key !== false,
    );
    expect(await warm(service, () => service.authenticate(token))).toMatchObject({ id });
    await service.updateApiKeys(id, { scopes: [] });
    expect(await service.authenticate(token)).toBe(false);
    expect(await service.verify(token)).toEqual(refused("insufficient_scope"));
  });

  // What these objects demand is not in members of their own, so they would demand nothing.
  class Inherited {
    get scopes() {
      return ["a:write"];
    }
  }
  it.each([
    ["a promise", Promise.resolve({ scopes: ["a:write"] })],
    ["a map", new Map([["scopes", ["a:write"]]])],
    ["a set", new Set(["a:write"])],
    ["a date", new Date()],
    ["an error", new Error("a:write")],
    ["a class with a getter", new Inherited()],
    ["inherited members", Object.create({ scopes: ["a:write"] })],
  ])("rejects a demand that is %s, as the database does", async (_, demand) => {
    const { token } = await service.createApiKeys({ ...SECRET, scopes: ["a:read"] });
    await warm(service, () => service.verify(token));
    for (const one of [service, fresh]) {
      await expectFailure(one.verify(token, demand), "invalid_data", /demand of verify must be a plain object/);
    }
  });

  it("reads demanded members that are not enumerable, as the database does", async () => {
    const { token } = await service.createApiKeys({ ...SECRET, scopes: ["a:read"] });
    await warm(service, () => service.verify(token));
    const demand = Object.defineProperty({}, "scopes", { value: ["a:write"] });
    for (const one of [service, fresh]) {
      expect(await one.verify(token, demand)).toEqual(refused("insufficient_scope"));
    }
  });

  it("refuses a revoked key at once in its own process", async () => {
    const { id, token } = await service.createApiKeys({ ...SECRET, scopes: ["a:read"] });
    expect(await warm(service, () => service.verify(token))).toMatchObject({ valid: true });
    await service.revoke(id, BY);
    expect(await service.verify(token)).toEqual(refused("revoked"));
  });
});
