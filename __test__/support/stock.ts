// Medusa's own API Key Module, the incumbent whose behaviour is the specification, with an event bus that records.

import { startStock as start } from "../../harness/stock.js";
import type { Service } from "./service";

export interface Running<Kind extends Service> {
  service: Kind;
  /** What the event bus was given, one entry a call of `emit`. */
  emitted: { messages: object[]; options: object }[];
  stop(): Promise<void>;
}

/** Migrates the PostgreSQL database at `url` with stock's migrations and starts stock on it, with knex's settings for a pool. */
export async function startStock(
  url: string,
  pool: Record<string, unknown> = { min: 0, max: 8 },
): Promise<Running<Service>> {
  const emitted: Running<Service>["emitted"] = [];
  const emit = async (messages: object[], options: object) => void emitted.push({ messages: [...messages], options });
  return { emitted, ...(await start(url, { pool, emit })) };
}
