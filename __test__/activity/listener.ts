// Subscribes to the events about keys of one service.

import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ApiKeyActivity, ApiKeyActivityName } from "../../index.js";

export const NAMES: ApiKeyActivityName[] = ["key.created", "key.rolled", "key.revoked", "key.verified", "key.refused"];

export class ActivityListener {
  private readonly received: ApiKeyActivity[] = [];
  private readonly listen = (message: unknown) => void this.received.push(message as ApiKeyActivity);

  constructor(private readonly names = NAMES) {
    for (const name of names) subscribe(`medusa-api-key-native:${name}`, this.listen);
  }

  /** The events since the last call. */
  take(): ApiKeyActivity[] {
    return this.received.splice(0);
  }

  stop(): void {
    for (const name of this.names) unsubscribe(`medusa-api-key-native:${name}`, this.listen);
  }
}
