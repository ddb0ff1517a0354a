/** What happened to a key, as Medusa's event bus and message aggregator receive it. */
export type ApiKeyEvent = {
  /** `api_key.api-key.created`, `api_key.api-key.updated` or `api_key.api-key.deleted`. */
  name: string;
  /** Where the event comes from; `eventGroupId` is there when the call's context had one. */
  metadata: { source: string; object: string; action: string; eventGroupId?: string };
  /** The key. */
  data: { id: string };
  /** Always `undefined`; the key is there because Medusa's own messages have it. */
  options: undefined;
};

/** Where Medusa collects messages; `IMessageAggregator` of `@medusajs/types` is one. */
export interface MessageAggregator {
  /** Adds messages, each once. */
  save(messages: ApiKeyEvent[]): void;
  /** All messages so far, grouped. */
  getMessages(): Record<string, object[]>;
  /** Forgets them. */
  clearMessages(): void;
}

/**
 * Medusa's shared context, the last argument of every method. Other members are ignored, and the object is never changed.
 */
export interface Context {
  /** Copied into the metadata of the events that the call publishes. */
  eventGroupId?: string;
  /** Where the call's events are saved; its contents are then published, and it is emptied. */
  messageAggregator?: MessageAggregator;
}
