// What the suites of __test__/surroundings share.

import pg from "pg";
import type { OurService } from "./service";

/** Hashing that costs next to nothing. */
export const CHEAP = { argon2: { memoryKib: 64, iterations: 1 } };

/** What `authenticate` came to. */
export const outcomeOf = (service: OurService, token: string): Promise<"accepted" | "refused" | "failed"> =>
  service.authenticate(token).then(
    (key) => (key === false ? "refused" : "accepted"),
    () => "failed",
  );

/** Revokes a key by SQL, on a connection of its own, and resolves after the commit. */
export async function revokeBySql(url: string, id: string): Promise<void> {
  await withClient(url, (client) => client.query("UPDATE api_key SET revoked_at = now() WHERE id = $1", [id]));
}

/** Runs `work` with a client of its own. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  // A test may end the server.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The messages of the calls that rejected. */
export async function rejections(calls: Promise<unknown>[]): Promise<string[]> {
  const outcomes = await Promise.allSettled(calls);
  return outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [String(outcome.reason)] : []));
}

/**
 * How many milliseconds a call took until it answered or rejected. Deadlines are compared with several times their length: a busy
 * machine passes, a call that waits for something else does not.
 */
export async function durationOf(call: Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await call.catch(() => undefined);
  return performance.now() - begun;
}
