import { channel } from "node:diagnostics_channel";
import type { Logger } from "./events";

/** What can happen beside the calls. Each has a channel of `node:diagnostics_channel`: `medusa-api-key-native:<name>`. */
export type ApiKeyDiagnosticsName =
  | "lease.held"
  | "lease.lost"
  | "readBatcher.lost"
  | "readBatcher.reconnected"
  | "queue.full";

/** What subscribers of these channels receive. It holds no token, hash, id or SQL. */
export interface ApiKeyDiagnostics {
  /** What happened. */
  name: ApiKeyDiagnosticsName;
  /** Why; only a lost lease has a reason. */
  reason: string | null;
}

const TEXTS: Record<ApiKeyDiagnosticsName, [level: "info" | "warn", text: string]> = {
  "lease.held": ["info", "answers come from memory, within maxStaleness"],
  "lease.lost": ["warn", "every answer is read from the database until changes are heard of again"],
  "readBatcher.lost": ["warn", "the connection of the shared reads is lost; calls read through the pool"],
  "readBatcher.reconnected": ["info", "the connection of the shared reads is made again"],
  "queue.full": ["warn", "calls are turned away: as many tokens wait to be hashed as hashQueueLimit allows"],
};

const CHANNELS = Object.fromEntries(
  Object.keys(TEXTS).map((name) => [name, channel(`medusa-api-key-native:${name}`)]),
) as Record<ApiKeyDiagnosticsName, ReturnType<typeof channel>>;

/** Tells the diagnostics channels, and Medusa's logger, what happens beside the calls. */
export class DiagnosticsPublisher {
  constructor(private readonly logger: Logger | undefined) {}

  publish(name: string, reason: string | null): void {
    const notice: ApiKeyDiagnostics = { name: name as ApiKeyDiagnosticsName, reason };
    CHANNELS[notice.name].publish(notice);
    const [level, text] = TEXTS[notice.name];
    this.logger?.[level](`API keys: ${text}${reason === null ? "" : ` (${reason})`}`);
  }
}
