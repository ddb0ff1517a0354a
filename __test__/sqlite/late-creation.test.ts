// A creation that its caller no longer waits for.

import { openService } from "../support/ours";
import { PUBLISHABLE } from "../support/service";
import { createSqliteDatabase, type SqliteDatabase } from "../support/sqlite";
import { until } from "../support/until";

const ROWS = 3_000;
const KEYS = Array.from({ length: ROWS }, () => ({ ...PUBLISHABLE, title: "x".repeat(7_900) }));

describe("[sqlite] A creation that takes longer than callTimeout", () => {
  let database: SqliteDatabase;

  beforeEach(async () => {
    database = await createSqliteDatabase();
  });
  afterEach(() => database.drop());

  it("has written nothing, or its outcome is unknown", async () => {
    const reader = openService(database.url);
    await reader.migrate();
    const outcomes = new Set<string>();
    for (const callTimeout of [100, 110, 120, 140, 160, 200]) {
      const service = openService(database.url, { callTimeout });
      const created_by = `user_${callTimeout}`;
      const keys = KEYS.map((key) => ({ ...key, created_by }));
      const outcome = await service.createApiKeys(keys).then(
        () => "created",
        ({ outcome, message }) => outcome ?? (message.includes("timed out") ? "nothing" : message),
      );
      outcomes.add(outcome);
      // The statement may still run.
      const count = async () => (await reader.listAndCountApiKeys({ created_by }, { take: 1 }))[1];
      await service.close();
      const written = outcome === "unknown" ? await until(count, (count) => count >= 0) : await count();
      expect({ outcome, written }).toEqual({ outcome, written: written === 0 ? 0 : ROWS });
      if (outcome === "nothing") expect(written).toBe(0);
      if (outcome === "created") expect(written).toBe(ROWS);
    }
    await reader.close();
    expect([...outcomes].filter((outcome) => !["created", "nothing", "unknown"].includes(outcome))).toEqual([]);
    expect(outcomes.has("nothing") || outcomes.has("unknown")).toBe(true);
  });
});
