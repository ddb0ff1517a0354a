import { composeMessage, MessageAggregator } from "@medusajs/utils";
import { EventPublisher } from "../../module/events";

function medusasMessage(action: string, id: string, eventGroupId?: string): unknown {
  return composeMessage(`api_key.api-key.${action}`, {
    data: { id },
    source: "api_key",
    object: "api_key",
    action,
    context: eventGroupId === undefined ? {} : { eventGroupId },
  });
}

function publisher(emit: (...args: unknown[]) => unknown = () => undefined) {
  const bus = { emit: jest.fn(emit) };
  const logger = { error: jest.fn() };
  return { bus, logger, events: new EventPublisher(bus, logger) };
}

describe("a committed change", () => {
  it("is published in one emit with one message per key in Medusa's shape", async () => {
    const { bus, events } = publisher();
    await events.publish(
      [
        ["created", ["apk_2", "apk_1"]],
        ["updated", ["apk_3"]],
      ],
      {},
    );
    const messages = [
      medusasMessage("created", "apk_2"),
      medusasMessage("created", "apk_1"),
      medusasMessage("updated", "apk_3"),
    ];
    expect(bus.emit.mock.calls).toStrictEqual([[messages, { internal: true }]]);
  });

  it("carries the event group of its workflow, if the context has one", async () => {
    const { bus, events } = publisher();
    await events.publish([["deleted", ["apk_1"]]], Object.freeze({ eventGroupId: "group_1" }));
    expect(bus.emit.mock.calls[0]?.[0]).toStrictEqual([medusasMessage("deleted", "apk_1", "group_1")]);
    for (const context of [undefined, null, "text", 5, [], { eventGroupId: "" }]) {
      await events.publish([["deleted", ["apk_1"]]], context as undefined);
      expect(bus.emit.mock.lastCall?.[0]).toStrictEqual([medusasMessage("deleted", "apk_1")]);
    }
  });

  it("is published once per key, even if the key is listed twice", async () => {
    const { bus, events } = publisher();
    await events.publish([["updated", ["apk_1", "apk_1"]]], undefined);
    expect(bus.emit.mock.calls[0]?.[0]).toHaveLength(1);
  });

  it("publishes nothing when no key has changed", async () => {
    const { bus, events } = publisher();
    await events.publish([["updated", []]], undefined);
    await events.publish([], { messageAggregator: new MessageAggregator() });
    expect(bus.emit).not.toHaveBeenCalled();
  });

  it("goes through the caller's aggregator, which is then published and cleared", async () => {
    const { bus, events } = publisher();
    const messageAggregator = new MessageAggregator();
    const others = {
      name: "other.created",
      data: { id: "o_1" },
      metadata: { source: "o", object: "o", action: "created" },
    };
    messageAggregator.save(others);
    await events.publish([["created", ["apk_1"]]], { messageAggregator });
    expect(bus.emit.mock.calls).toStrictEqual([[[others, medusasMessage("created", "apk_1")], { internal: true }]]);
    expect(messageAggregator.count()).toBe(0);
  });

  it("needs no event bus", async () => {
    const logger = { error: jest.fn() };
    await new EventPublisher(undefined, logger).publish([["created", ["apk_1"]]], undefined);
    expect(logger.error).not.toHaveBeenCalled();
  });

  it("stays committed when the bus fails, and the failure is logged (S13)", async () => {
    const failures = [
      () => Promise.reject(new Error("redis is away")),
      () => {
        throw new Error("redis is away");
      },
    ];
    for (const failure of failures) {
      const { events, logger } = publisher(failure);
      await events.publish([["created", ["apk_1"]]], undefined);
      expect(logger.error.mock.calls).toEqual([[expect.stringContaining("redis is away")]]);
    }
  });

  it("stays committed with an invalid aggregator, and the failure is logged", async () => {
    const { events, logger } = publisher();
    await events.publish([["created", ["apk_1"]]], { messageAggregator: {} as MessageAggregator });
    expect(logger.error).toHaveBeenCalledTimes(1);
  });
});
