import type { ApiKeyEvent, Context } from "./context";

/** The changes to keys, in the order in which their events are published. */
export type Changes = readonly (readonly [action: "created" | "updated" | "deleted", ids: readonly string[]])[];

/** The part of Medusa's event bus that is used here. */
export interface EventBus {
  emit(messages: readonly object[], options: { internal: boolean }): unknown;
}

/** The part of Medusa's logger that is used here. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/**
 * Publishes committed changes to Medusa's event bus. An error of the bus never fails the call: the write is committed,
 * and a raw token in the result would be lost forever.
 */
export class EventPublisher {
  constructor(
    private readonly bus: EventBus | undefined,
    private readonly logger: Pick<Logger, "error">,
  ) {}

  async publish(changes: Changes, context: Context | null | undefined): Promise<void> {
    try {
      const aggregator = context?.messageAggregator;
      if (!aggregator && !this.bus) {
        return;
      }
      const messages = toMessages(changes, context);
      if (!aggregator) {
        await this.emit(messages);
        return;
      }
      aggregator.save(messages);
      // Stock 2.21.2: messages that others saved are published, too.
      await Promise.all(Object.values(aggregator.getMessages()).map((group) => this.emit(group)));
      aggregator.clearMessages();
    } catch (error) {
      const reason = error instanceof Error ? error.message : typeof error;
      this.logger.error(`Events of the API key module could not be published, but its write is committed: ${reason}`);
    }
  }

  private async emit(messages: readonly object[]): Promise<void> {
    if (messages.length > 0) {
      await this.bus?.emit(messages, { internal: true });
    }
  }
}

function toMessages(changes: Changes, context: Context | null | undefined): ApiKeyEvent[] {
  const eventGroupId = context?.eventGroupId;
  return changes.flatMap(([action, ids]) =>
    Array.from(new Set(ids), (id) => ({
      name: `api_key.api-key.${action}`,
      metadata: { source: "api_key", object: "api_key", action, ...(eventGroupId ? { eventGroupId } : {}) },
      data: { id },
      options: undefined,
    })),
  );
}
