// What another session of PostgreSQL does while a call is under way.

import pg from "pg";

const WAITING = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

/** Changes rows in a transaction that is committed once `call` waits for them, and hands on what became of the call. */
export async function meanwhile<Answer>(url: string, change: string, call: () => Promise<Answer>): Promise<Answer> {
  const [other, observer] = [new pg.Client({ connectionString: url }), new pg.Client({ connectionString: url })];
  await Promise.all([other.connect(), observer.connect()]);
  try {
    await other.query("BEGIN");
    await other.query(change);
    const outcome = call();
    // Whoever asks later hears of a failure, too.
    outcome.catch(() => undefined);
    while ((await observer.query(WAITING)).rowCount === 0);
    await other.query("COMMIT");
    return await outcome;
  } finally {
    await Promise.all([other.end(), observer.end()]);
  }
}
