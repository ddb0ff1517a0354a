// A service that was closed: every method rejects, and nothing is answered from memory.

import { describeOnEachDatabase } from "../support/databases";
import { expectFailure } from "../support/failures";
import { lookUp, openLeased, warm } from "../support/leased";
import { openService } from "../support/ours";
import { runProgram } from "../support/own-process";
import { type OurService, PUBLISHABLE, SECRET, untyped } from "../support/service";

const CLOSED = "The API key service is closed.";

/** Every method, with arguments that an open service accepts and with such that it refuses or answers by itself. */
const CALLS: Record<string, (service: OurService) => Promise<unknown>> = {
  "createApiKeys(key)": (service) => service.createApiKeys(SECRET),
  "createApiKeys([])": (service) => service.createApiKeys([]),
  "createApiKeys(undefined)": (service) => service.createApiKeys(untyped(undefined)),
  "create(key)": (service) => service.create(SECRET),
  "upsertApiKeys([])": (service) => service.upsertApiKeys([]),
  "updateApiKeys(id)": (service) => service.updateApiKeys("apk_1", { title: "New" }),
  "retrieveApiKey(id)": (service) => service.retrieveApiKey("apk_1"),
  "retrieveApiKey(undefined)": (service) => service.retrieveApiKey(untyped(undefined)),
  "listApiKeys()": (service) => service.listApiKeys(),
  "listApiKeys(token)": (service) => lookUp(service, "pk_1"),
  "listApiKeys(a string that is too long for a token)": (service) => lookUp(service, "p".repeat(513)),
  "list()": (service) => service.list(),
  "listAndCountApiKeys()": (service) => service.listAndCountApiKeys(),
  "deleteApiKeys([])": (service) => service.deleteApiKeys([]),
  "softDeleteApiKeys([])": (service) => service.softDeleteApiKeys([]),
  "restoreApiKeys([])": (service) => service.restoreApiKeys([]),
  "revoke(id)": (service) => service.revoke("apk_1"),
  "revoke(undefined)": (service) => service.revoke(untyped(undefined)),
  "ensureApiKeys([])": (service) => service.ensureApiKeys([]),
  "importApiKeys([])": (service) => service.importApiKeys([]),
  "redeem(token)": (service) => service.redeem("sk_1", { purpose: "x" }),
  "redeem(undefined)": (service) => service.redeem(untyped(undefined), { purpose: "x" }),
  "rollApiKeys(id)": (service) => service.rollApiKeys("apk_1", { revoked_by: "user_1" }),
  "authenticate(token)": (service) => service.authenticate("sk_1"),
  "authenticate(a token with NUL)": (service) => service.authenticate("sk_\0"),
  "authenticate(undefined)": (service) => service.authenticate(untyped(undefined)),
  "migrate()": (service) => service.migrate(),
};

describe.each(Object.entries(CALLS))("[sqlite] %s", (_name, call) => {
  it("rejects after close() and while the service closes (M8)", async () => {
    const service = openService("sqlite::memory:");
    await service.migrate();
    const closed = service.close();
    await expectFailure(call(service), "unexpected_state", CLOSED);
    await closed;
    await expectFailure(call(service), "unexpected_state", CLOSED);
  });
});

describe("[sqlite] A closed service on an in-memory database", () => {
  it("does not answer from its cache", async () => {
    const service = openService("sqlite::memory:");
    await expectNoMemoryAfterClose(service);
  });
});

describeOnEachDatabase("A closed service", (kind) => {
  let database: Awaited<ReturnType<typeof kind.create>>;

  beforeEach(async () => {
    database = await kind.create();
  });
  afterEach(() => database.drop());

  it("does not answer from its cache", async () => {
    await expectNoMemoryAfterClose(await openLeased(database.url));
  });

  it("still returns its status", async () => {
    const service = openService(database.url);
    await service.listApiKeys();
    await service.close();
    await expect(service.status()).resolves.toMatchObject({ memory: expect.anything() });
  });

  it("rejects authenticate and the publishable lookup when nothing else keeps the process alive", async () => {
    const program = runProgram(`
      const service = new ApiKeyModuleService({ databaseUrl: ${JSON.stringify(database.url)} });
      await service.listApiKeys();
      await service.close();
      for (const call of [() => service.authenticate("sk_1"), () => service.listApiKeys({ token: "pk_1", type: "publishable" })])
        await call().catch((error) => console.log(error.type));`);
    expect(await program.line()).toBe("unexpected_state");
    expect(await program.line()).toBe("unexpected_state");
    expect(await program.end()).toBe(0);
  });

  it("settles calls of the turn of close() when nothing else keeps the process alive", async () => {
    const program = runProgram(`
      const service = new ApiKeyModuleService({ databaseUrl: ${JSON.stringify(database.url)} });
      await service.listApiKeys();
      const asked = [service.authenticate("sk_1"), service.listApiKeys({ token: "pk_1", type: "publishable" })];
      service.close();
      for (const { status, value, reason } of await Promise.allSettled(asked)) console.log(reason ? reason.type : JSON.stringify(value));`);
    expect(["false", "unexpected_state"]).toContain(await program.line());
    expect(["[]", "unexpected_state"]).toContain(await program.line());
    expect(await program.end()).toBe(0);
  });

  it("closes once for overlapping calls of close() after it has written every use", async () => {
    const service = openService(database.url);
    const { id, token } = await service.createApiKeys(SECRET);
    await service.authenticate(token);
    await Promise.all([service.close(), service.close(), service.close()]);

    const other = openService(database.url);
    expect(await other.retrieveApiKey(id)).toMatchObject({ last_used_at: expect.any(Date) });
    await other.close();
  });
});

async function expectNoMemoryAfterClose(service: OurService): Promise<void> {
  const [secret, publishable] = await service.createApiKeys([SECRET, PUBLISHABLE]);
  await warm(service, () => service.authenticate(secret.token));
  await warm(service, () => lookUp(service, publishable.token));
  const closed = service.close();
  await expectFailure(service.authenticate(secret.token), "unexpected_state", CLOSED);
  await expectFailure(lookUp(service, publishable.token), "unexpected_state", CLOSED);
  await closed;
  await expectFailure(service.authenticate(secret.token), "unexpected_state", CLOSED);
  await expectFailure(lookUp(service, publishable.token), "unexpected_state", CLOSED);
}
