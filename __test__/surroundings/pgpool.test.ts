// pgpool-II, which sends what only reads to a standby that is behind.

import { PgPool } from "../../harness/pgpool.js";
import { PostgresServer } from "../../harness/postgres.js";
import { openService } from "../support/ours";
import { type OurService, SECRET } from "../support/service";
import { CHEAP, outcomeOf, rejections } from "../support/surroundings";

describe("[postgres] Behind pgpool-II with a lagging standby", () => {
  let primary: PostgresServer;
  let standby: PostgresServer;
  let pool: PgPool;
  let origin: OurService;
  let service: OurService;

  beforeAll(async () => {
    primary = await PostgresServer.create({ auth: "trust" });
    origin = openService(primary.url(), CHEAP);
    await origin.migrate();
    standby = await primary.standby();
    pool = await PgPool.start(primary, standby);
  });
  afterAll(async () => {
    await origin?.close();
    await pool?.stop();
    await primary?.remove();
  });
  beforeEach(() => standby.resumeReplay());
  afterEach(() => service?.close());

  /** A key that both servers know, and that only the primary knows to be revoked. */
  const endedOnPrimaryOnly = async () => {
    const { id, token } = await origin.createApiKeys(SECRET);
    await standby.catchUp(primary);
    await standby.pauseReplay();
    await origin.revoke(id, { revoked_by: "user_1" });
    return token;
  };

  it.each([
    ["strict", {}],
    ["with maxStaleness", { maxStaleness: 500 }],
  ])("a service in mode %s accepts no revoked key", async (_, options) => {
    service = openService(pool.url, { ...CHEAP, migrate: false, ...options });
    const token = await endedOnPrimaryOnly();
    const outcomes = new Set<string>();
    for (let round = 0; round < 20; round++) outcomes.add(await outcomeOf(service, token));

    expect([...outcomes]).not.toContain("accepted");
  });

  it("the lookup of a publishable key's token returns its revocation (D16)", async () => {
    service = openService(pool.url, { ...CHEAP, migrate: false });
    const { id, token } = await origin.createApiKeys({ ...SECRET, type: "publishable" });
    await standby.catchUp(primary);
    await standby.pauseReplay();
    await origin.revoke(id, { revoked_by: "user_1" });
    const shown = await service
      .listApiKeys({ token, type: "publishable" }, { select: ["id", "token", "revoked_at"] })
      .catch(() => []);

    expect(shown.filter(({ revoked_at }) => revoked_at === null)).toEqual([]);
  });

  it("every call of a key's life cycle succeeds while the standby keeps up", async () => {
    service = openService(pool.url, { ...CHEAP, migrate: false });
    const life = async () => {
      const { id, token } = await service.createApiKeys(SECRET);
      expect(await service.authenticate(token)).toMatchObject({ id });
      const { revoked } = await service.rollApiKeys(id, { revoked_by: "user_1" });
      expect(await service.authenticate(token)).toBe(false);
      await service.deleteApiKeys(revoked.id);
    };

    expect(await rejections([life(), life(), life(), life()])).toEqual([]);
  });
});
