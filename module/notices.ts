import { channel } from "node:diagnostics_channel";
import type { Logger } from "./events";

/** What can happen beside the calls. Each has a channel of `node:diagnostics_channel`: `medusa-api-key-native:<name>`. */
export type ApiKeyNoticeName = "lease.held" | "lease.lost" | "lane.lost" | "lane.reconnected" | "queue.full";

/** What subscribers of these channels receive. It holds no token, hash, id or SQL. */
export interface ApiKeyNotice {
  /** What happened. */
  name: ApiKeyNoticeName;
  /** Why; only a lost lease has a reason. */
  reason: string | null;
}

const TEXTS: Record<ApiKeyNoticeName, [level: "info" | "warn", text: string]> = {
  "lease.held": ["info", "answers come from memory, within maxStaleness"],
  "lease.lost": ["warn", "every answer is read from the database until changes are heard of again"],
  "lane.lost": ["warn", "the connection of the shared reads is lost; calls read through the pool"],
  "lane.reconnected": ["info", "the connection of the shared reads is made again"],
  "queue.full": ["warn", "calls are turned away: as many tokens wait to be hashed as hashQueueLimit allows"],
};

const CHANNELS = Object.fromEntries(
  Object.keys(TEXTS).map((name) => [name, channel(`medusa-api-key-native:${name}`)]),
) as Record<ApiKeyNoticeName, ReturnType<typeof channel>>;

/** Tells the diagnostics channels, and Medusa's logger, what happens beside the calls. */
export class NoticePublisher {
  constructor(private readonly logger: Logger | undefined) {}

  publish(name: string, reason: string | null): void {
    const notice: ApiKeyNotice = { name: name as ApiKeyNoticeName, reason };
    CHANNELS[notice.name].publish(notice);
    const [level, text] = TEXTS[notice.name];
    this.logger?.[level](`API keys: ${text}${reason === null ? "" : ` (${reason})`}`);
  }
}
