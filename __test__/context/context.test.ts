// Medusa's shared context, the last argument of every method. What it does to events is in events.test.ts, to keys of failed
// workflows in ../medusa/workflows.test.ts.

import { describeOurs } from "../support/implementations";
import { PUBLISHABLE, SECRET } from "../support/service";

/** Whoever asks it anything, or reads a member, fails. */
const untouchable = (): object => {
  const refuse = () => {
    throw new Error("The transaction was touched.");
  };
  return new Proxy({}, { get: refuse, has: refuse, ownKeys: refuse, set: refuse, getPrototypeOf: refuse });
};

describeOurs("A transactionManager in the context", (current) => {
  it("is ignored, so that each write commits its own transaction before it returns (A15)", async () => {
    const { service } = current();
    const context = Object.freeze({ transactionManager: untouchable(), manager: untouchable() });
    const by = { revoked_by: "user_1" };

    const [secret, other] = await service.createApiKeys([SECRET, PUBLISHABLE], context);
    expect(await current().table()).toHaveLength(2);
    await service.upsertApiKeys({ id: other.id, title: "Upserted" }, context);
    expect(await service.retrieveApiKey(other.id, {}, context)).toMatchObject({ title: "Upserted" });
    await service.updateApiKeys(other.id, { title: "Updated" }, context);
    expect(await service.listApiKeys({ title: "Updated" }, {}, context)).toHaveLength(1);
    expect(await service.authenticate(secret.token, context)).toMatchObject({ id: secret.id });
    const { created } = await service.rollApiKeys(secret.id, by, context);
    expect((await service.listAndCountApiKeys({}, {}, context))[1]).toBe(3);
    await service.softDeleteApiKeys(other.id, {}, context);
    await service.restoreApiKeys(other.id, {}, context);
    await service.revoke({ id: [other.id, created.id] }, by, context);
    await service.deleteApiKeys([secret.id, other.id, created.id], context);
    expect(await current().table()).toEqual([]);
  });
});

describeOurs("The context of a call", (current) => {
  it("may be frozen, even when Medusa created it (S16)", async () => {
    const context = Object.freeze({ __type: "MedusaContext" });

    expect(await current().service.createApiKeys(PUBLISHABLE, context)).toMatchObject(PUBLISHABLE);
  });

  it.each([{ isolationLevel: "nope" }, { messageAggregator: false }, { messageAggregator: {} }])(
    "causes no failure: %j (A15)",
    async (context) => {
      const silenced = jest.spyOn(console, "error").mockImplementation();

      expect(await current().service.createApiKeys(PUBLISHABLE, context)).toMatchObject(PUBLISHABLE);
      silenced.mockRestore();
    },
  );
});
