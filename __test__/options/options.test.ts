// Options of the constructor that are refused.

import { ApiKeyModuleService } from "../../index.js";
import type { Failure } from "../support/failures";
import { openService } from "../support/ours";
import { untyped } from "../support/service";

const PASSWORD = "correct-horse-battery";

const refusalOf = (url: unknown, options: object = {}): Error & Failure => {
  try {
    openService(untyped(url), options);
  } catch (error) {
    return error as Error & Failure;
  }
  throw new Error("The options were taken.");
};

describe("The constructor rejects, naming the option,", () => {
  it.each<[string, unknown]>([
    ["no scheme", "api-keys.db"],
    ["an empty string", ""],
    ["another database", `mysql://me:${PASSWORD}@localhost/db`],
    ["a URL that cannot be read", `postgres://me:${PASSWORD}@localhost:port/db`],
    ["an SQLite URL without a file", "sqlite:"],
    ["a number", 5],
    ["an object", {}],
    ["a string with a NUL", "sqlite:a\u0000.db"],
  ])("a databaseUrl of %s", (_, url) => {
    const refusal = refusalOf(url);

    expect(refusal).toMatchObject({ __isMedusaError: true, type: "invalid_argument" });
    expect(refusal).toBeInstanceOf(Error);
    expect(refusal.message).toContain("databaseUrl");
    expect(`${refusal.message} ${refusal.stack} ${JSON.stringify(refusal)}`).not.toContain(PASSWORD);
  });

  it.each([
    "postgres:me:PASSWORD@h/db",
    "postgres:/me:PASSWORD@h/db",
    "postgres:\\\\me:PASSWORD@h/db",
    "postgresql:///me:PASSWORD@h/db",
    "postgres://user:1234/PASSWORD@localhost/db",
    "postgres://user:1234?PASSWORD@localhost/db",
    "postgres://user:1234#PASSWORD@localhost/db",
    "postgres://user:PASSWORD/1234@localhost/db",
    "postgres://user:12@34/PASSWORD@localhost/db",
    "POSTGRES:///user:PASSWORD@localhost/db",
    " postgres:/user:PASSWORD@localhost/db",
    "PASSWORD",
  ])("a databaseUrl of %s without disclosing the password", async (pattern) => {
    const refusal = refusalOf(pattern.replace("PASSWORD", PASSWORD));

    expect(refusal).toMatchObject({ __isMedusaError: true, type: "invalid_argument" });
    expect(refusal.message).toContain("databaseUrl");
    expect(`${refusal.message} ${refusal.stack} ${JSON.stringify(refusal)}`).not.toContain(PASSWORD);
  });

  it.each<[string, object]>([
    ['"pol"; did you mean "pool"?', { pol: {} }],
    ['"databaseURL"; did you mean "databaseUrl"?', { databaseURL: "sqlite:a.db" }],
    ['"nope"; the options are databaseUrl, schema, ', { nope: true }],
    ['"pool.maximum"; the options are pool.min, pool.max, ', { pool: { maximum: 5 } }],
    ['"pool.size"; the options are pool.min, pool.max, ', { pool: { size: undefined } }],
    ['"argon2.memory"; the options are argon2.memoryKib, ', { argon2: { memory: 5 } }],
    ['"ssl.rejectUnauthorised"; did you mean "ssl.rejectUnauthorized"?', { ssl: { rejectUnauthorised: true } }],
    ['"pool.inMedusa"; the options are pool.min, ', { pool: { inMedusa: true } }],
    ['"hashKeys[1].secrets"; did you mean "hashKeys[1].secret"?', { hashKeys: [{}, { secrets: "x" }] }],
    ['"hashkeys"; did you mean "hashKeys"?', { hashkeys: [] }],
  ])("the unknown option %s", (message, options) => {
    const refusal = refusalOf("sqlite::memory:", options);

    expect(refusal).toMatchObject({ __isMedusaError: true, type: "invalid_argument" });
    expect(refusal.message.startsWith(`unknown option ${message}`)).toBe(true);
  });

  it("an unknown option that looks like a token, without showing it", () => {
    const token = `sk_${"0123456789abcdef".repeat(4)}`;

    expect(refusalOf("sqlite::memory:", { [token]: true }).message).toMatch(
      /^unknown option "\*\*\*"; the options are /,
    );
  });

  it("a value of a wrong type, without showing it", () => {
    const refusal = refusalOf("sqlite::memory:", { ssl: { key: [PASSWORD], cert: "PEM" } });

    expect(refusal.message).toBe("ssl.key: must be a string");
  });

  it.each<[string, object]>([
    ["schema", { schema: 5 }],
    ["schema", { schema: "a\u0000b" }],
    ["schema", { schema: "a\ud800b" }],
    ["callTimeout", { callTimeout: 99 }],
    ["callTimeout", { callTimeout: new Date(5_000) }],
    ["pooler", { pooler: "statement" }],
    ["pooler", { pooler: ["session"] }],
    ["replica", { replica: "yes" }],
    ["ssl", { ssl: "yes" }],
    ["ssl.ca", { ssl: { ca: 5 } }],
    ["ssl", { ssl: { cert: "PEM" } }],
    ["ssl", { ssl: { key: "PEM", cert: undefined } }],
    ["ssl.rejectUnauthorized", { ssl: { rejectUnauthorized: "yes" } }],
    ["pool", { pool: 5 }],
    ["pool.max", { pool: { max: 0 } }],
    ["pool.max", { pool: { max: 2.5 } }],
    ["pool.max", { pool: { max: "5" } }],
    ["pool.min", { pool: { min: -1 } }],
    ["pool.min", { pool: { min: 5, max: 4 } }],
    ["pool.acquireTimeoutMs", { pool: { acquireTimeoutMs: Number.NaN } }],
    ["pool.idleTimeoutMs", { pool: { idleTimeoutMs: "soon" } }],
    ["migrate", { migrate: "no" }],
    ["maxStaleness", { maxStaleness: 9 }],
    ["maxStaleness", { maxStaleness: 3_600_001 }],
    ["maxStaleness", { maxStaleness: 10.5 }],
    ["maxStaleness", { maxStaleness: -1 }],
    ["maxStaleness", { maxStaleness: Number.NaN }],
    ["maxStaleness", { maxStaleness: "1000" }],
    ["maxStaleness", { maxStaleness: true }],
    ["maxStaleness", { maxStaleness: {} }],
    ["hashing", { hashing: "md5" }],
    ["hashing", { hashing: true }],
    ["rehash", { rehash: "always" }],
    ["argon2", { argon2: "strong" }],
    ["argon2.memoryKib", { argon2: { memoryKib: 0 } }],
    ["argon2.memoryKib", { argon2: { memoryKib: 16, parallelism: 4 } }],
    ["argon2.iterations", { argon2: { iterations: 0 } }],
    ["argon2.parallelism", { argon2: { parallelism: -1 } }],
    ["lastUsedInterval", { lastUsedInterval: true }],
    ["lastUsedInterval", { lastUsedInterval: 0 }],
    ["lastUsedInterval", { lastUsedInterval: 0.5 }],
    ["lastUsedInterval", { lastUsedInterval: "soon" }],
    ["hashConcurrency", { hashConcurrency: 0 }],
    ["hashQueueLimit", { hashQueueLimit: Number.POSITIVE_INFINITY }],
  ])("the option %s of %p (case %#)", (name, options) => {
    const refusal = refusalOf("sqlite::memory:", options);

    expect(refusal).toMatchObject({ __isMedusaError: true, type: "invalid_argument" });
    expect(refusal.message.startsWith(`${name}: must `)).toBe(true);
  });

  it.each([5, "sqlite::memory:", true, null].map((options) => [String(options), options]))(
    "options of %s",
    (_, options) => {
      expect(() => new ApiKeyModuleService(untyped(options))).toThrow(/options/);
    },
  );
});

describe("The constructor treats", () => {
  it("undefined options as absent", async () => {
    const service = openService("sqlite::memory:", {
      pool: undefined,
      ssl: undefined,
      hashing: undefined,
      migrate: undefined,
      argon2: { iterations: undefined, memoryKib: null },
    });

    await expect(service.listApiKeys()).resolves.toEqual([]);
    await service.close();
  });
});
