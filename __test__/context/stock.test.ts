// How stock uses the context of a call.

import { failureOf } from "../support/failures";
import { describeStock } from "../support/implementations";
import { PUBLISHABLE } from "../support/service";
import { fillShelf } from "../support/shelf";

describeStock("Stock's context", (current) => {
  beforeEach(() => fillShelf(current().service));

  const found = async (filter: object, config?: object) =>
    (await current().service.listApiKeys(filter, config)).map((key) => key.id.slice(-1)).join("");

  it("fails when Medusa created it and it is frozen (S16)", async () => {
    const context = Object.freeze({ __type: "MedusaContext" });

    expect(() => current().service.createApiKeys(PUBLISHABLE, context)).toThrow(/read only property '__type'/);
  });

  it("joins an ORM transaction and fails on any other value (A15)", async () => {
    await expect(current().service.createApiKeys(PUBLISHABLE, { transactionManager: {} })).rejects.toThrow(TypeError);
    await expect(current().service.listApiKeys({}, {}, { manager: {} })).rejects.toThrow(TypeError);
    expect((await failureOf(current().service.createApiKeys(PUBLISHABLE, { isolationLevel: "nope" }))).message).toMatch(
      /isolation level/,
    );
  });

  it("with an invalid aggregator fails before or after the write commits (A15)", async () => {
    const titled = (title: string, messageAggregator: unknown) =>
      failureOf(current().service.createApiKeys({ ...PUBLISHABLE, title }, { messageAggregator }));

    await titled("before", {});
    await titled("after", false);
    expect(await found({ title: ["before", "after"] })).toHaveLength(1);
  });
});
