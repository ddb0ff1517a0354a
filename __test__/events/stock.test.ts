// When stock publishes events, and what a failing bus does to a call.

import { whileBusFails } from "../support/failing-bus";
import { failureOf } from "../support/failures";
import { describeStock } from "../support/implementations";
import { PUBLISHABLE } from "../support/service";
import { fillShelf } from "../support/shelf";

describeStock("Stock's upsertApiKeys", (current) => {
  beforeEach(() => fillShelf(current().service));

  it("leaves the event of a failed upsert in the caller's aggregator (A35)", async () => {
    const { MessageAggregator } = await import("@medusajs/utils");
    const messageAggregator = new MessageAggregator();
    const upsert = [PUBLISHABLE, { id: "apk_nope", title: "A" }];
    await failureOf(current().service.upsertApiKeys(upsert, { messageAggregator }));

    expect(Object.values(messageAggregator.getMessages()).flat()).toMatchObject([{ name: "api_key.api-key.created" }]);
  });
});

describeStock("Stock, with a failing event bus,", (current) => {
  it("rejects a call whose write is committed (S13)", async () => {
    const failure = await failureOf(
      whileBusFails(current().emitted, () => current().service.createApiKeys(PUBLISHABLE)),
    );

    expect(failure.message).toBe("the bus is down");
    expect(await current().table()).toHaveLength(1);
  });

  it("publishes a deletion before the commit and rolls it back (S13)", async () => {
    const revoked = { revoked_at: new Date("2020-01-01"), revoked_by: "user_1" };
    const { id } = await current().service.createApiKeys({ ...PUBLISHABLE, ...revoked });
    const failure = await failureOf(whileBusFails(current().emitted, () => current().service.deleteApiKeys(id)));

    expect(failure.message).toBe("the bus is down");
    expect(await current().table()).toHaveLength(1);
  });
});
