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
  /** The workflow's transaction. It is remembered with the keys that the call creates. */
  transactionId?: string;
  /** Whether the workflow is being cancelled: then `deleteApiKeys` removes the keys that it created, revoked or not. */
  isCancelling?: boolean;
  /** The step of the workflow, `workflow:transaction:step:invoke`, or `…:compensate` when it is being undone. */
  idempotencyKey?: string;
}

/** The workflow's transaction that a call belongs to. */
export function transactionOf(context: Context | null | undefined): unknown {
  return context?.transactionId;
}

/** The same, if the call is there to undo what the workflow did. */
export function undoneTransactionOf(context: Context | null | undefined): unknown {
  // A workflow that a step of its own fails is not cancelled for Medusa; only the step's key says what is going on.
  const step = context?.idempotencyKey;
  const compensates = typeof step === "string" && step.endsWith(":compensate");
  return compensates || context?.isCancelling ? transactionOf(context) : undefined;
}
