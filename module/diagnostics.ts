import { channel } from "node:diagnostics_channel";
import type { Logger } from "./events";

/** The names of background events. Each has a channel of `node:diagnostics_channel`: `medusa-api-key-native:<name>`. */
export type ApiKeyDiagnosticsName =
  | "lease.held"
  | "lease.lost"
  | "readBatcher.lost"
  | "readBatcher.reconnected"
  | "queue.full"
  | "hashKey.unknown";

/** A message on these channels. It contains no token, no hash, no id of an API key and no SQL. */
export interface ApiKeyDiagnostics {
  /** The name of the event. */
  name: ApiKeyDiagnosticsName;
  /** Why a lease was lost, or the id of an unknown hash key; otherwise `null`. */
  reason: string | null;
}

const TEXTS: Record<ApiKeyDiagnosticsName, [level: "info" | "warn", text: string]> = {
  "lease.held": ["info", "answers come from the cache, within maxStaleness"],
  "lease.lost": ["warn", "every answer is read from the database until change notifications arrive again"],
  "readBatcher.lost": ["warn", "the connection for shared reads is lost; calls read through the pool"],
  "readBatcher.reconnected": ["info", "the connection for shared reads is reestablished"],
  "queue.full": ["warn", "calls are rejected: too many tokens are waiting to be hashed (hashQueueLimit)"],
  "hashKey.unknown": [
    "warn",
    "tokens are rejected: hashKeys lacks the hash key of their hashes, or has another secret under its id",
  ],
};

const CHANNELS = Object.fromEntries(
  Object.keys(TEXTS).map((name) => [name, channel(`medusa-api-key-native:${name}`)]),
) as Record<ApiKeyDiagnosticsName, ReturnType<typeof channel>>;

/** Publishes background events to the diagnostics channels and to Medusa's logger. */
export class DiagnosticsPublisher {
  constructor(private readonly logger: Logger | undefined) {}

  publish(name: string, reason: string | null): void {
    const message: ApiKeyDiagnostics = { name: name as ApiKeyDiagnosticsName, reason };
    CHANNELS[message.name].publish(message);
    const [level, text] = TEXTS[message.name];
    this.logger?.[level](`API keys: ${text}${reason === null ? "" : ` (${reason})`}`);
  }
}
