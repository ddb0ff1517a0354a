/** What happened to a key, as Medusa's event bus and message aggregator receive it. */
export type ApiKeyEvent = {
  /** `api_key.api-key.created`, `api_key.api-key.updated` or `api_key.api-key.deleted`. */
  name: string;
  /** The origin of the event; `eventGroupId` is present if the call's context has one. */
  metadata: {
    /** `api_key`, the module. */
    source: string;
    /** `api_key`, the entity. */
    object: string;
    /** `created`, `updated` or `deleted`. */
    action: string;
    /** The group of events that the call belongs to. */
    eventGroupId?: string;
  };
  /** The key. */
  data: {
    /** The key's id. */
    id: string;
  };
  /** Always `undefined`; the key exists because Medusa's own messages have it. */
  options: undefined;
};

/** Medusa's collector of messages; `IMessageAggregator` of `@medusajs/types` is assignable. */
export interface MessageAggregator {
  /** Adds messages, each once. */
  save(messages: ApiKeyEvent[]): void;
  /** All messages so far, grouped. */
  getMessages(): Record<string, object[]>;
  /** Removes all messages. */
  clearMessages(): void;
}

/**
 * Medusa's shared context, the last argument of every method. Other members are ignored, and the object is never changed.
 */
export interface Context {
  /** Copied into the metadata of the events that the call publishes. */
  eventGroupId?: string;
  /** Receives the call's events; its contents are then published and cleared. */
  messageAggregator?: MessageAggregator;
  /** The workflow's transaction. It is stored with the keys that the call creates. */
  transactionId?: string;
  /** Whether the workflow is being canceled: `deleteApiKeys` then deletes the keys that it created, revoked or not. */
  isCancelling?: boolean;
  /** The step of the workflow, `workflow:transaction:step:invoke`, or `…:compensate` during compensation. */
  idempotencyKey?: string;
}

/** The workflow's transaction that a call belongs to. */
export function transactionOf(context: Context | null | undefined): unknown {
  return context?.transactionId;
}

/** The workflow's transaction, if the call compensates the workflow. */
export function undoneTransactionOf(context: Context | null | undefined): unknown {
  // Medusa does not mark a workflow as canceled when one of its steps fails; only the step's key shows it.
  const step = context?.idempotencyKey;
  const compensates = typeof step === "string" && step.endsWith(":compensate");
  return compensates || context?.isCancelling ? transactionOf(context) : undefined;
}
