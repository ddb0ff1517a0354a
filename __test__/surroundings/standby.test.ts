// A hot standby that streams from a primary: behind, and promoted.

import { PostgresServer } from "../../harness/postgres.js";
import { cliOn } from "../cli/program";
import { expectFailure } from "../support/failures";
import { openService } from "../support/ours";
import { type OurService, PUBLISHABLE, SECRET } from "../support/service";
import { CHEAP, outcomeOf } from "../support/surroundings";
import { until } from "../support/until";

describe("[postgres] On a hot standby", () => {
  let primary: PostgresServer;
  let standby: PostgresServer;
  let origin: OurService;
  let service: OurService;

  beforeEach(async () => {
    primary = await PostgresServer.create();
    origin = openService(primary.url(), CHEAP);
    await origin.migrate();
    standby = await primary.standby();
  });
  afterEach(async () => {
    await service?.close();
    await origin?.close();
    await primary?.remove();
  });

  it.each([true, false])(
    "a service with migrate: %s is rejected with the option replica in the message (D16)",
    async (migrate) => {
      const { id, token } = await origin.createApiKeys(SECRET);
      await standby.catchUp(primary);
      await standby.pauseReplay();
      await origin.revoke(id, { revoked_by: "user_1" });
      service = openService(standby.url(), { ...CHEAP, migrate });

      await expectFailure(service.authenticate(token), "database_error", /standby.*\breplica\b/s);
      await expectFailure(service.listApiKeys(), "database_error", /standby.*\breplica\b/s);
    },
  );

  it("a service with replica: true reads from the standby and reports it in status() (D16)", async () => {
    const { id, token } = await origin.createApiKeys(SECRET);
    await standby.catchUp(primary);
    await standby.pauseReplay();
    await origin.revoke(id, { revoked_by: "user_1" });
    service = openService(standby.url(), { ...CHEAP, replica: true });

    expect(await outcomeOf(service, token)).toBe("accepted");
    expect(await service.status()).toMatchObject({ replica: true });
    await standby.resumeReplay();
    await standby.catchUp(primary);
    expect(await outcomeOf(service, token)).toBe("refused");
  });

  it("a service with replica: true and maxStaleness holds no lease", async () => {
    const { token } = await origin.createApiKeys(SECRET);
    await standby.catchUp(primary);
    service = openService(standby.url(), { ...CHEAP, replica: true, maxStaleness: 200 });
    for (let round = 0; round < 100; round++) expect(await outcomeOf(service, token)).toBe("accepted");

    expect((await service.status()).lease).toMatchObject({ held: false, reason: expect.any(String) });
  });

  it("the command doctor finds the standby, and the other commands are rejected", async () => {
    await standby.catchUp(primary);
    const cli = cliOn(standby.url());
    const { exitCode, value } = await cli.json("doctor");

    expect(exitCode).toBe(3);
    expect(value.checks.filter(({ state }: { state: string }) => state === "problem")).toEqual([
      expect.objectContaining({ check: "replica", message: expect.stringContaining("hot standby") }),
    ]);
    expect(await cli.run("list")).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("hot standby") });
  });

  it("a write with replica: true rejects until the standby is promoted", async () => {
    service = openService(standby.url(), { ...CHEAP, replica: true });
    await expectFailure(service.createApiKeys(PUBLISHABLE), "database_error", /standby|read-only/);
    await standby.promote();
    await until(async () => (await service.createApiKeys(PUBLISHABLE).catch(() => undefined)) !== undefined);

    await expect(service.listApiKeys()).resolves.toHaveLength(1);
    expect(await service.status()).toMatchObject({ replica: false });
  });

  it("a rejected service works once the standby is promoted", async () => {
    const { id, token } = await origin.createApiKeys(SECRET);
    await standby.catchUp(primary);
    service = openService(standby.url(), { ...CHEAP, migrate: false });
    await expectFailure(service.authenticate(token), "database_error", /standby/);
    await standby.promote();

    expect(await service.authenticate(token)).toMatchObject({ id });
  });
});

describe("[postgres] A primary that comes back as a standby of its successor", () => {
  let primary: PostgresServer;
  let service: OurService;

  afterEach(async () => {
    await service?.close();
    await primary?.remove();
  });

  it("serves no read of a service that was connected before", async () => {
    primary = await PostgresServer.create();
    service = openService(primary.url(), CHEAP);
    const { token } = await service.createApiKeys(SECRET);
    expect(await outcomeOf(service, token)).toBe("accepted");
    await primary.kill();
    await primary.demote();

    expect(await outcomeOf(service, token)).toBe("failed");
  });
});
