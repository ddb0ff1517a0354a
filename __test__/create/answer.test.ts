// What a creation answers.

import { describeEverywhere, describeOurs } from "../support/implementations";
import { PUBLISHABLE, SECRET } from "../support/service";
import { stopClock } from "../support/time";

const withSalt = (columns: string[]) => ["id", "token", "salt", ...columns.slice(2)];

describeEverywhere("createApiKeys returns", (current) => {
  afterEach(() => jest.useRealTimers());

  it("a secret token of sk_ and 64 hexadecimal digits", async () => {
    const key = await current().service.createApiKeys(SECRET);

    expect(key.token).toMatch(/^sk_[0-9a-f]{64}$/);
  });

  it("a publishable token of pk_ and 64 hexadecimal digits", async () => {
    const key = await current().service.createApiKeys(PUBLISHABLE);

    expect(key.token).toMatch(/^pk_[0-9a-f]{64}$/);
  });

  it("an id of apk_ and a ULID with the creation time (A19)", async () => {
    stopClock("2027-03-04T05:06:07.089Z");
    const key = await current().service.createApiKeys(PUBLISHABLE);

    expect(key.id).toMatch(/^apk_[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
    expect(new Date(millisecondsOf(key.id))).toEqual(new Date("2027-03-04T05:06:07.089Z"));
  });

  it("the first six and the last three characters of the token as its redacted form", async () => {
    const [secret, publishable] = await current().service.createApiKeys([SECRET, PUBLISHABLE]);

    expect(secret.redacted).toBe(`${secret.token.slice(0, 6)}***${secret.token.slice(-3)}`);
    expect(publishable.redacted).toBe(`${publishable.token.slice(0, 6)}***${publishable.token.slice(-3)}`);
  });

  it("a different token and id for every key", async () => {
    const keys = await current().service.createApiKeys(Array(20).fill(PUBLISHABLE));

    expect(new Set(keys.map((key) => key.id)).size).toBe(20);
    expect(new Set(keys.map((key) => key.token)).size).toBe(20);
  });

  it("every column in table order with its own undefined salt property", async () => {
    const key = await current().service.createApiKeys(SECRET);

    expect(Object.keys(key)).toEqual(withSalt(current().columns));
    expect(key.salt).toBeUndefined();
  });

  it("the given members, equal created_at and updated_at, and null for events that have not happened", async () => {
    const key = await current().service.createApiKeys({ ...SECRET, title: "Ünïcode 🔑", created_by: "" });

    expect(key).toMatchObject({
      ...{ title: "Ünïcode 🔑", type: "secret", created_by: "", last_used_at: null },
      ...{ revoked_by: null, revoked_at: null, deleted_at: null, updated_at: key.created_at },
    });
  });

  it("times as Dates of the caller's realm", async () => {
    const key = await current().service.createApiKeys({ ...SECRET, revoked_at: new Date("2030-01-02T03:04:05.678Z") });

    expect(key.created_at).toBeInstanceOf(Date);
    expect(key).toMatchObject({ updated_at: expect.any(Date), revoked_at: new Date("2030-01-02T03:04:05.678Z") });
  });

  it("a mutable plain object of the caller's realm", async () => {
    const key: Record<string, unknown> = { ...(await current().service.createApiKeys(SECRET)) };
    const answer = await current().service.createApiKeys(SECRET);

    expect(Object.getPrototypeOf(answer)).toBe(Object.prototype);
    for (const name of Object.keys(key)) {
      expect(Object.getOwnPropertyDescriptor(answer, name)).toMatchObject({ configurable: true, writable: true });
    }
  });

  it("an object for an object, an array for an array of one, and nothing for an empty array", async () => {
    const { service } = current();

    expect(Array.isArray(await service.createApiKeys(SECRET))).toBe(false);
    expect(await service.createApiKeys([PUBLISHABLE])).toHaveLength(1);
    expect(await service.createApiKeys([])).toEqual([]);
  });

  it("a batch in the order given", async () => {
    const titles = Array.from({ length: 30 }, (_, index) => `Key ${(index * 7) % 30}`);
    const keys = await current().service.createApiKeys(titles.map((title) => ({ ...PUBLISHABLE, title })));

    expect(keys.map((key) => key.title)).toEqual(titles);
  });

  it("columns that the caller has set", async () => {
    const given = {
      ...{ id: "apk_mine", revoked_by: "user_9", revoked_at: new Date("2031-01-01") },
      ...{ created_at: new Date("2020-01-01"), updated_at: new Date("2021-01-01") },
      ...{ deleted_at: new Date("2022-01-01"), last_used_at: new Date("2023-01-01") },
    };

    expect(await current().service.createApiKeys({ ...PUBLISHABLE, ...given })).toMatchObject(given);
  });

  it("generated token, salt and redacted form instead of given ones and no unknown members", async () => {
    const key = await current().service.createApiKeys({
      ...SECRET,
      ...{ token: "sk_mine", salt: "mine", redacted: "mine", labels: { a: 1 }, toString: "mine" },
    });

    expect(key.token).toMatch(/^sk_[0-9a-f]{64}$/);
    expect(key.redacted).not.toBe("mine");
    expect(Object.keys(key)).toEqual(withSalt(current().columns));
  });

  it.each([
    ["an empty string", ""],
    ["null", null],
    ["undefined", undefined],
  ])("a generated id for %s", async (_, id) => {
    const key = await current().service.createApiKeys({ ...PUBLISHABLE, id });

    expect(key.id).toMatch(/^apk_/);
  });

  it("without changing its arguments, frozen or not", async () => {
    const data = Object.freeze([Object.freeze({ ...SECRET }), Object.freeze({ ...PUBLISHABLE })]);

    await expect(current().service.createApiKeys(data)).resolves.toHaveLength(2);
    expect(data).toEqual([SECRET, PUBLISHABLE]);
  });
});

describeOurs("create (M1)", (current) => {
  it("is an alias of createApiKeys", async () => {
    const [first, second] = await current().service.create([SECRET, PUBLISHABLE]);

    expect(Object.keys(first)).toEqual(withSalt(current().columns));
    expect(await current().service.authenticate(first.token)).toMatchObject({ id: first.id });
    expect(second.token).toMatch(/^pk_/);
  });
});

/** The time in a ULID: its first ten characters are milliseconds since 1970 in Crockford's base 32. */
function millisecondsOf(id: string): number {
  const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  return [...id.slice(4, 14)].reduce((total, digit) => total * 32 + digits.indexOf(digit), 0);
}
