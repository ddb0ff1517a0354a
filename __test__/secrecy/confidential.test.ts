// The search for confidential text that long-run.test.ts relies on.

import { openService } from "../support/ours";
import { createPostgresDatabase } from "../support/postgres";
import { Confidential, withSql } from "./confidential";

describe("The search for confidential text", () => {
  const token = `sk_${"0123456789abcdef".repeat(4)}`;
  const hash = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$3q2+7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs";
  const confidential = new Confidential();

  beforeAll(() => {
    for (const text of [token, hash]) confidential.add(text);
  });

  it.each([
    ["a token", token],
    ["a part of it, in capitals", "…456789ABCDEF012…"],
    ["a hash within a word of its own kind", `x${hash.slice(-43)}x`],
    ["the salt in a hash", "salt: c2FsdHNhbHRzYWx0c2FsdA"],
  ])("finds %s", (_, text) => {
    expect(confidential.in(["Nothing.", `It says: "${text}".`])).toHaveLength(1);
  });

  it.each(["sk_012***def", "apk_01K0123456789", "$argon2id$v=19$m=8,t=1,p=1$", ""])("ignores %j", (text) => {
    expect(confidential.in([text])).toEqual([]);
  });

  it.each([
    'SELECT "api_key"."id" FROM "api_key" WHERE "api_key"."id" = $1',
    "insert into api_key values (?)",
    'relation "api_key" does not exist',
    "UPDATE api_key SET title = ?",
    "CREATE INDEX IF NOT EXISTS x",
  ])("finds the SQL in %j", (text) => {
    expect(withSql(["Nothing from nowhere.", text])).toEqual([text]);
  });

  it("finds the SQL that a service sends", async () => {
    const database = await createPostgresDatabase();
    const service = openService(database.url);
    await service.listApiKeys();
    const sessions = await database.query<{ query: string }>(
      "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    await service.close();
    await database.drop();

    expect(withSql(sessions.map(({ query }) => query))).not.toEqual([]);
  });
});
