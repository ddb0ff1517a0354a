// What a service tells beside its answers.

import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ApiKeyDiagnostics } from "../../index.js";

const NAMES = [
  "lease.held",
  "lease.lost",
  "readBatcher.lost",
  "readBatcher.reconnected",
  "queue.full",
  "hashKey.unknown",
];

/** Collects what is told on the diagnostics channels, and what a Medusa logger is told. */
export class NoticeBoard {
  readonly told: ApiKeyDiagnostics[] = [];
  readonly logged: string[] = [];
  readonly logger = {
    debug: () => undefined,
    info: (text: string) => void this.logged.push(`info: ${text}`),
    warn: (text: string) => void this.logged.push(`warn: ${text}`),
    error: (text: string) => void this.logged.push(`error: ${text}`),
  };
  private readonly hear = (notice: unknown) => void this.told.push(notice as ApiKeyDiagnostics);

  constructor() {
    for (const name of NAMES) subscribe(`medusa-api-key-native:${name}`, this.hear);
  }

  get names(): string[] {
    return this.told.map(({ name }) => name);
  }

  close(): void {
    for (const name of NAMES) unsubscribe(`medusa-api-key-native:${name}`, this.hear);
  }
}
