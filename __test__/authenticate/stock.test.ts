// What stock shows, or lets itself be asked, of hashes, salts and tokens.

import { whileBusFails } from "../support/failing-bus";
import { failureOf } from "../support/failures";
import { describeStock } from "../support/implementations";
import { PUBLISHABLE, SECRET, untyped } from "../support/service";

describeStock("Stock", (current) => {
  const stored = async () => (await current().table())[0] as { token: string; salt: string };

  it("hands out hash and salt to whoever authenticates, upserts or selects (S4)", async () => {
    const { id, token } = await current().service.createApiKeys(SECRET);
    const { token: hash, salt } = await stored();

    expect(await current().service.authenticate(token)).toMatchObject({ token: hash, salt });
    expect(await current().service.upsertApiKeys({ id, title: "New" })).toMatchObject({ token: hash, salt });
    expect(await current().service.listApiKeys({}, { select: ["token"] })).toEqual([{ id, token: hash }]);
  });

  it("tells whether hashes and salts begin with something, and orders by them (S5)", async () => {
    const { id } = await current().service.createApiKeys(SECRET);
    const { token: hash, salt } = await stored();

    for (const filter of [
      { token: { $like: `${hash.slice(0, 4)}%` } },
      { token: { $gt: hash.slice(0, 8) } },
      { salt: { $like: `${salt.slice(0, 4)}%` } },
      { salt },
    ]) {
      expect(await current().service.listApiKeys(filter)).toMatchObject([{ id }]);
    }
    expect(await current().service.listApiKeys({}, { order: { token: "ASC", salt: "DESC" } })).toHaveLength(1);
  });

  it("finds a secret key by its stored hash (S5)", async () => {
    const { id } = await current().service.createApiKeys(SECRET);

    expect(await current().service.listApiKeys({ token: (await stored()).token })).toMatchObject([{ id }]);
  });

  it("prints SQL, values, hashes and salts in its messages (S6)", async () => {
    const failure = await failureOf(current().service.createApiKeys({ ...SECRET, title: "a\0b" }));

    expect(failure.message).toMatch(/^insert into "api_key"/);
    expect(failure.message).toMatch(/'[0-9a-f]{128}'/);
    const dump = await failureOf(current().service.createApiKeys({ ...SECRET, created_by: undefined }));
    expect(dump.message).toMatch(/^Value for ApiKey\.created_by is required, 'undefined' found\nentity: ApiKey \{/);
    expect(dump.message).toMatch(/token: '[0-9a-f]{128}'/);
  });

  it("repeats wrong values (A2)", async () => {
    const { id } = await current().service.createApiKeys(SECRET);

    expect((await failureOf(current().service.updateApiKeys(id, { title: 5 }))).message).toBe(
      "Trying to set ApiKey.title of type 'string' to 5 of type 'number'",
    );
    expect((await failureOf(current().service.listApiKeys({ $or: { id } }))).message).toBe(
      "Expected array for $or but got [object Object]",
    );
  });

  it("fails with errors of its ORM, of the driver and of V8 (A1)", async () => {
    const failures = await Promise.all([
      failureOf(current().service.createApiKeys({ ...SECRET, title: undefined })),
      failureOf(current().service.createApiKeys({ ...SECRET, title: "\0" })),
      failureOf(current().service.createApiKeys(untyped(undefined))),
    ]);

    expect(failures.map(({ name }) => name)).toEqual(["ValidationError", "DriverException", "TypeError"]);
    for (const failure of failures) expect(failure.__isMedusaError).toBeUndefined();
  });

  it("fails from the inside for a token that is no text, and takes a Buffer for one (S14)", async () => {
    const { id, token } = await current().service.createApiKeys(SECRET);

    for (const wrong of [undefined, null, 5, {}, new Date(0), new String(token)]) {
      // The error of a String object is of Node's own realm, of which Jest's classes know nothing.
      await expect(current().service.authenticate(untyped(wrong))).rejects.toMatchObject({ name: "TypeError" });
    }
    expect((await failureOf(current().service.authenticate("sk_\0"))).name).toBe("DriverException");
    expect(await current().service.authenticate(untyped(Buffer.from(token)))).toMatchObject({ id });
  });

  it("fails a call whose write is committed when the event bus fails (S13)", async () => {
    const failure = await failureOf(
      whileBusFails(current().emitted, () => current().service.createApiKeys(PUBLISHABLE)),
    );

    expect(failure.message).toBe("the bus is down");
    expect(await current().table()).toHaveLength(1);
  });

  it("tells of a deletion before it commits, and takes it back when the event bus fails (S13)", async () => {
    const revoked = { revoked_at: new Date("2020-01-01"), revoked_by: "user_1" };
    const { id } = await current().service.createApiKeys({ ...PUBLISHABLE, ...revoked });
    const failure = await failureOf(whileBusFails(current().emitted, () => current().service.deleteApiKeys(id)));

    expect(failure.message).toBe("the bus is down");
    expect(await current().table()).toHaveLength(1);
  });

  it("leaves last_used_at empty, and writes nothing when somebody authenticates (M3)", async () => {
    const { id, token } = await current().service.createApiKeys(SECRET);
    const before = await current().table();

    expect(await current().service.authenticate(token)).toMatchObject({ id, last_used_at: null });
    expect(await current().table()).toEqual(before);
  });
});
