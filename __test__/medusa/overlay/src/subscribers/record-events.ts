// Keeps what the event bus publishes about API keys.

import type { SubscriberArgs, SubscriberConfig } from "@medusajs/framework";
import type { IEventBusModuleService } from "@medusajs/framework/types";

const MARK = "test.mark";

let published: unknown[] = [];
let reached: (() => void) | undefined;

export default async function recordEvents({ event: { name, data, metadata } }: SubscriberArgs<object>) {
  if (name === MARK) return reached?.();
  const { source, object, action } = (metadata ?? {}) as Record<string, unknown>;
  published.push({ name, data, metadata: { source, object, action }, grouped: metadata?.eventGroupId !== undefined });
}

/** The events since the last call. One of its own, sent after them, tells when they are all here. */
export async function publishedBefore(bus: IEventBusModuleService): Promise<unknown[]> {
  const mark = new Promise<void>((resolve) => {
    reached = resolve;
  });
  await bus.emit({ name: MARK, data: {} });
  await mark;
  const events = published;
  published = [];
  return events;
}

export const config: SubscriberConfig = {
  event: ["api_key.api-key.created", "api_key.api-key.updated", "api_key.api-key.deleted", MARK],
};
