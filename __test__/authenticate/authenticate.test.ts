// Who is let in.

import { describeEverywhere, describeOurs } from "../support/implementations";
import { COLUMNS, PUBLISHABLE, SECRET, untyped } from "../support/service";
import { after, stopClock } from "../support/time";

describeEverywhere("authenticate", (current) => {
  afterEach(() => jest.useRealTimers());

  it("returns the key of a token on the first and on later calls", async () => {
    const [first, second] = await current().service.createApiKeys([SECRET, { ...SECRET, title: "Another" }]);

    for (let round = 0; round < 3; round++) {
      expect(await current().service.authenticate(first.token)).toMatchObject({ id: first.id, title: first.title });
      expect(await current().service.authenticate(second.token)).toMatchObject({ id: second.id, title: "Another" });
    }
  });

  it("returns the key to all concurrent callers", async () => {
    const { id, token } = await current().service.createApiKeys(SECRET);
    const answers = await Promise.all(Array.from({ length: 20 }, () => current().service.authenticate(token)));

    for (const answer of answers) expect(answer).toMatchObject({ id });
  });

  it.each<[string, (token: string) => string]>([
    ["an empty string", () => ""],
    ["a word", () => "hello"],
    ["a token of the right form", () => `sk_${"0".repeat(64)}`],
    ["a publishable prefix", (token) => token.replace("sk_", "pk_")],
    ["no prefix", (token) => token.slice(3)],
    ["white space before it", (token) => ` ${token}`],
    ["white space after it", (token) => `${token}\n`],
    ["another case", (token) => token.toUpperCase()],
    ["the last character missing", (token) => token.slice(0, -1)],
    ["one additional character", (token) => `${token}0`],
    [
      "one character in its middle changed",
      (token) => token.slice(0, 30) + (token[30] === "a" ? "b" : "a") + token.slice(31),
    ],
    ["a lone surrogate", () => "sk_\ud800"],
    ["one megabyte", () => `sk_${"a".repeat(1_000_000)}`],
    ["SQL", () => "' OR 1=1 --"],
    ["a pattern", () => "sk_%"],
  ])("returns false for a token with or of %s", async (_, change) => {
    const { token } = await current().service.createApiKeys(SECRET);

    expect(await current().service.authenticate(change(token))).toBe(false);
  });

  it("returns false for a redacted form, an id, a stored hash and a stored salt", async () => {
    const key = await current().service.createApiKeys(SECRET);
    const [row] = await current().table();

    for (const other of [key.redacted, key.id, row?.token, row?.salt]) {
      expect(await current().service.authenticate(String(other))).toBe(false);
    }
  });

  it("returns false for the token of a publishable key", async () => {
    const { token } = await current().service.createApiKeys(PUBLISHABLE);

    expect(await current().service.authenticate(token)).toBe(false);
  });

  it.each<[string, string]>([
    ["revoked", "UPDATE api_key SET revoked_at = '2020-01-01T00:00:00.000+00:00'"],
    ["soft-deleted", "UPDATE api_key SET deleted_at = '2020-01-01T00:00:00.000+00:00'"],
    ["made publishable", "UPDATE api_key SET type = 'publishable'"],
    ["given another hash", "UPDATE api_key SET token = 'changed'"],
    ["deleted", "DELETE FROM api_key"],
  ])("returns false immediately after another connection has %s", async (_, statement) => {
    const { token } = await current().service.createApiKeys(SECRET);
    expect(await current().service.authenticate(token)).toMatchObject({ title: SECRET.title });
    await current().sql(statement);

    expect(await current().service.authenticate(token)).toBe(false);
  });

  it("returns false from the millisecond of the revocation", async () => {
    stopClock("2030-01-01");
    const { id, token } = await current().service.createApiKeys({
      ...SECRET,
      revoked_at: after("2030-01-01", 10),
      revoked_by: "user_1",
    });

    jest.setSystemTime(after("2030-01-01", 9.999));
    expect(await current().service.authenticate(token)).toMatchObject({ id });
    jest.setSystemTime(after("2030-01-01", 10));
    expect(await current().service.authenticate(token)).toBe(false);
  });

  it("accepts a revoked key again when the clock is set back", async () => {
    stopClock("2030-01-01");
    const { id, token } = await current().service.createApiKeys({
      ...SECRET,
      revoked_at: after("2030-01-01", 10),
      revoked_by: "user_1",
    });
    jest.setSystemTime(after("2030-01-01", 11));
    expect(await current().service.authenticate(token)).toBe(false);
    jest.setSystemTime(after("2030-01-01", 9));

    expect(await current().service.authenticate(token)).toMatchObject({ id });
  });
});

describeOurs("authenticate", (current) => {
  afterEach(() => jest.useRealTimers());

  it("returns false immediately after a revocation although the caller's clock lags (S8)", async () => {
    const { service } = current();
    stopClock("2030-01-01");
    const { id, token } = await service.createApiKeys(SECRET);
    jest.setSystemTime(after("2030-01-01", 5));
    await service.revoke(id, { revoked_by: "user_1" });

    for (const seconds of [5, 0, -5]) {
      jest.setSystemTime(after("2030-01-01", seconds));
      expect(await service.authenticate(token)).toBe(false);
    }
  });

  it("accepts a key until its scheduled revocation when the caller's clock lags", async () => {
    const { service } = current();
    stopClock("2030-01-01");
    const { id, token } = await service.createApiKeys(SECRET);
    jest.setSystemTime(after("2030-01-01", 5));
    await service.revoke(id, { revoked_by: "user_1", revoke_in: 60 });

    for (const seconds of [0, 5, 64.999]) {
      jest.setSystemTime(after("2030-01-01", seconds));
      expect(await service.authenticate(token)).toMatchObject({ id });
    }
    jest.setSystemTime(after("2030-01-01", 65));
    expect(await service.authenticate(token)).toBe(false);
  });

  /** Stores a secret key as SQL would, one that no digest singles out. */
  const insert = (id: string, hash: string, salt: string, redacted: string) =>
    current().sql(
      `INSERT INTO api_key (id, token, salt, redacted, title, type, created_by, created_at, updated_at)
       VALUES (?, ?, ?, ?, 'T', 'secret', 'user_1', '2020-01-01T00:00:00.000+00:00', '2020-01-01T00:00:00.000+00:00')`,
      [id, hash, salt, redacted],
    );

  const UNREADABLE = [
    ["", ""],
    ["$", ""],
    ["$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy", ""],
    ["$argon2id$v=19$m=19456,t=2,p=1$AQEBAQEBAQEBAQEBAQEBAQ", ""],
    ["$argon2id$v=16$m=64,t=1,p=1$AQEBAQEBAQEBAQEBAQEBAQ$AQEBAQEBAQEBAQEBAQEBAQ", ""],
    ["$argon2i$v=19$m=64,t=1,p=1$AQEBAQEBAQEBAQEBAQEBAQ$AQEBAQEBAQEBAQEBAQEBAQ", ""],
    ["$argon2id$v=19$m=0,t=0,p=0$AQEBAQEBAQEBAQEBAQEBAQ$AQEBAQEBAQEBAQEBAQEBAQ", ""],
    ["$argon2id$v=19$m=4294967295,t=1,p=1$AQEBAQEBAQEBAQEBAQEBAQ$AQEBAQEBAQEBAQEBAQEBAQ", ""],
    ["a hash", "a salt"],
  ] as const;

  it("returns false for a row with an unreadable hash", async () => {
    const token = `sk_${"0123456789abcdef".repeat(4)}`;
    for (const [index, [hash, salt]] of UNREADABLE.entries()) {
      await insert(`apk_${index}`, hash, salt, `${token.slice(0, 6)}***${token.slice(-3)}`);
    }

    expect(await current().service.authenticate(token)).toBe(false);
  });

  it("finds the key among rows with unreadable hashes", async () => {
    const key = await current().service.createApiKeys({ ...SECRET, id: "apk_z" });
    for (const [index, [hash, salt]] of UNREADABLE.entries()) await insert(`apk_${index}`, hash, salt, key.redacted);

    expect(await current().service.authenticate(key.token)).toMatchObject({ id: "apk_z" });
  });

  it("returns every column except the hash and the salt (S4)", async () => {
    const { salt, ...key } = await current().service.createApiKeys(SECRET);
    const answer = await current().service.authenticate(key.token);

    expect(Object.keys(answer)).toEqual(COLUMNS);
    expect(answer).toEqual({ ...key, token: "", last_used_at: (answer as typeof key).last_used_at });
  });

  it.each<[string, unknown]>([
    ["undefined", undefined],
    ["null", null],
    ["a number", 5],
    ["a boolean", true],
    ["an object", {}],
    ["a Date", new Date()],
    ["a function", () => "sk_"],
    ["a symbol", Symbol("sk_")],
    ["a bigint", 5n],
    ["a string with a NUL", "sk_\u0000"],
    ["a string with a NUL at its end", `sk_${"0".repeat(63)}\u0000`],
  ])("returns false for %s (S14)", async (_, token) => {
    await current().service.createApiKeys(SECRET);

    expect(await current().service.authenticate(untyped(token))).toBe(false);
  });

  it("returns false for a valid token that is not a primitive string (S14)", async () => {
    const { token } = await current().service.createApiKeys(SECRET);
    const disguises = [Buffer.from(token), [token], { toString: () => token }, new String(token)];

    for (const disguise of disguises) expect(await current().service.authenticate(untyped(disguise))).toBe(false);
  });

  it("returns false for a valid token followed by a NUL (S14)", async () => {
    const { token } = await current().service.createApiKeys(SECRET);

    expect(await current().service.authenticate(`${token}\u0000`)).toBe(false);
  });

  it("returns false for a forged token with a known redacted form (S15)", async () => {
    const { token } = await current().service.createApiKeys(SECRET);
    const forged = `${token.slice(0, 6)}${"0".repeat(58)}${token.slice(-3)}`;

    expect(await current().service.authenticate(forged)).toBe(false);
    expect(await current().service.authenticate(token)).toMatchObject({ title: SECRET.title });
  });
});
