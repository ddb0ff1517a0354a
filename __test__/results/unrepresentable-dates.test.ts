// Rows that no service writes and that the addon cannot read.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { ApiKeyError } from "../../index.js";
import { failureOf } from "../support/failures";
import { openService } from "../support/ours";
import { createPostgresDatabase, type PostgresDatabase } from "../support/postgres";
import { type OurService, PUBLISHABLE, SECRET } from "../support/service";

describe("[postgres] A row with a date that JavaScript cannot represent", () => {
  let database: PostgresDatabase;
  let service: OurService;

  beforeEach(async () => {
    database = await createPostgresDatabase();
    // One connection only, so that a call which kept it would be noticed.
    service = openService(database.url, { pool: { max: 1, acquireTimeoutMs: 5_000 } });
  });
  afterEach(async () => {
    await service.close();
    await database.drop();
  });

  it.each([
    ["revoked_at", "infinity"],
    ["revoked_at", "-infinity"],
    ["created_at", "infinity"],
  ])("fails only the calls that read it when %s is %s (D6)", async (column, value) => {
    const [odd, sound] = await service.createApiKeys([
      { ...SECRET, id: "apk_1" },
      { ...SECRET, id: "apk_2" },
    ]);
    await service.createApiKeys({ ...PUBLISHABLE, id: "apk_3" });
    await database.query(`UPDATE api_key SET ${column} = '${value}' WHERE id = '${odd.id}'`);

    for (const call of [
      () => service.listApiKeys(),
      () => service.listAndCountApiKeys(),
      () => service.retrieveApiKey(odd.id),
      () => service.updateApiKeys(odd.id, { title: "New" }),
      () => service.updateApiKeys({}, { title: "New" }),
      () => service.revoke(odd.id, { revoked_by: "user_1" }),
      () => service.rollApiKeys(odd.id, { revoked_by: "user_1" }),
      () => service.softDeleteApiKeys(odd.id),
      () => service.deleteApiKeys(odd.id),
    ]) {
      const failure = await failureOf(call());
      expect(failure).toBeInstanceOf(ApiKeyError);
      expect(failure).toMatchObject({ type: "unexpected_state", __isMedusaError: true });
      expect(failure.message).not.toContain(odd.token);
      expect(await service.listApiKeys({ id: ["apk_2", "apk_3"] })).toMatchObject([
        { id: "apk_2", title: SECRET.title },
        { id: "apk_3", title: PUBLISHABLE.title },
      ]);
    }
    expect(await service.authenticate(sound.token)).toMatchObject({ id: sound.id });
    await database.query(`UPDATE api_key SET ${column} = '2020-01-01' WHERE id = '${odd.id}'`);
    expect(await service.listApiKeys()).toMatchObject([{ id: "apk_1", title: SECRET.title }, {}, {}]);
  });

  it("does not make the process print anything (D6)", async () => {
    const [odd] = await service.createApiKeys([SECRET, PUBLISHABLE]);
    await database.query("UPDATE api_key SET revoked_at = 'infinity'");
    const source = `
      const { ApiKeyModuleService } = require(${JSON.stringify(join(__dirname, "../.."))});
      const service = new ApiKeyModuleService({ databaseUrl: ${JSON.stringify(database.url)} });
      const calls = [service.listApiKeys(), service.retrieveApiKey("${odd.id}"), service.authenticate("${odd.token}")];
      Promise.allSettled(calls).then(async (outcomes) => {
        console.log(outcomes.map((outcome) => outcome.reason?.type).join());
        await service.close();
      });`;
    const printed = await promisify(execFile)(process.execPath, ["-e", source], { timeout: 20_000 });

    expect(printed).toEqual({ stdout: "unexpected_state,unexpected_state,unexpected_state\n", stderr: "" });
  });
});
