// A URL that names several hosts.

import { PostgresServer } from "../../harness/postgres.js";
import { expectFailure } from "../support/failures";
import { openService } from "../support/ours";
import { freePort } from "../support/proxy";
import { type OurService, SECRET } from "../support/service";
import { CHEAP, rejections } from "../support/surroundings";
import { until } from "../support/until";

describe("[postgres] A URL with several hosts", () => {
  let primary: PostgresServer;
  let standby: PostgresServer;
  let service: OurService;

  beforeEach(async () => {
    primary = await PostgresServer.create();
    standby = await primary.standby();
  });
  afterEach(async () => {
    await service?.close();
    await primary?.remove();
  });

  const urlOf = (query: string, ...ports: number[]) => {
    const url = primary.url();
    return `${url.replace(`127.0.0.1:${primary.port}`, ports.map((port) => `127.0.0.1:${port}`).join(","))}${query}`;
  };

  it("and target_session_attrs=read-write leads to the primary at any position", async () => {
    service = openService(urlOf("?target_session_attrs=read-write", standby.port, primary.port), CHEAP);
    const { id, token } = await service.createApiKeys(SECRET);

    expect(await service.authenticate(token)).toMatchObject({ id });
  });

  it("skips a host that refuses connections", async () => {
    const closed = await freePort();
    service = openService(urlOf("?target_session_attrs=read-write", closed, primary.port), CHEAP);

    await expect(service.createApiKeys(SECRET)).resolves.toMatchObject(SECRET);
  });

  it("follows a failover without a restart and keeps acknowledged writes", async () => {
    service = openService(urlOf("?target_session_attrs=read-write", primary.port, standby.port), CHEAP);
    const { id, token } = await service.createApiKeys(SECRET);
    await standby.catchUp(primary);
    await primary.kill();
    await standby.promote();
    await until(async () => (await rejections([service.createApiKeys(SECRET)])).length === 0);

    expect(await service.authenticate(token)).toMatchObject({ id });
    expect(await rejections(Array.from({ length: 20 }, () => service.createApiKeys(SECRET)))).toEqual([]);
  });

  it("that are all standbys is rejected with the required session attribute", async () => {
    service = openService(urlOf("?target_session_attrs=read-write", standby.port), CHEAP);

    await expectFailure(service.listApiKeys(), "database_error", /target_session_attrs|standby/);
  });
});
