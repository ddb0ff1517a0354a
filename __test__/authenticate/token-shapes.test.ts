// What cannot be a token, and secrets where none belong.

import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import type { ApiKeyModuleService } from "../../index.js";
import { expectFailure } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { lookUpPlainly } from "../support/leased";
import { openService } from "../support/ours";
import { createPostgresDatabase } from "../support/postgres";
import { type OurService, PUBLISHABLE, SECRET } from "../support/service";

const HUNDRED_MEGABYTES = "x".repeat(100_000_000);

/** The calls that reach the native part. */
const asked = (service: OurService) => {
  const { native_ } = service as unknown as { native_: Record<string, (...args: unknown[]) => unknown> };
  const names = ["authenticate", "publishableKey", "recallSecret", "recallPublishable", "listApiKeys"];
  return names.map((name) => jest.spyOn(native_, name));
};

describeOurs("A text that cannot be a token", (current) => {
  afterEach(() => jest.restoreAllMocks());

  it.each([
    ["100 MB of text", HUNDRED_MEGABYTES],
    ["513 characters", "x".repeat(513)],
    ["100 MB behind a prefix", `sk_${HUNDRED_MEGABYTES}`],
    ["100 MB of NUL", "\0".repeat(100_000_000)],
  ])("is refused before it is handed to the native part: %s (A41)", async (_, text) => {
    const spies = asked(current().service);

    expect(await current().service.authenticate(text)).toBe(false);
    expect(await current().service.listApiKeys({ token: text, type: "publishable" })).toEqual([]);
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
  });

  it.each(["", " ", "sk_ä", "sk_1 2", "sk_1\n", "pk_\u{7f}", "\u{1f511}", "\ud800", "a\0"])(
    "is found by no way, though the table holds it: %j (A41)",
    async (text) => {
      const { service, sql } = current();
      const { id } = await service.createApiKeys(PUBLISHABLE);
      // PostgreSQL holds no NUL, and neither holds a lone surrogate.
      if (text.isWellFormed() && !text.includes("\0")) {
        await sql("UPDATE api_key SET token = ? WHERE id = ?", [text, id]);
      }

      expect(await service.authenticate(text)).toBe(false);
      if (!text.isWellFormed() || text.includes("\0")) return;
      expect(await service.listApiKeys({ token: text, type: "publishable" })).toEqual([]);
      expect(await lookUpPlainly(service, text)).toEqual([]);
      expect(await service.listApiKeys({ token: { $in: [text] } })).toEqual([]);
    },
  );

  it("costs PostgreSQL no read (A41)", async () => {
    const service = current().service as unknown as ApiKeyModuleService;
    await service.authenticate("sk_1");
    const before = await service.status();
    for (const text of ["sk_ä", "", "sk_1 2", "x".repeat(513)]) await service.authenticate(text);
    for (const token of ["sk_1", "pk_ä"]) await service.listApiKeys({ token, type: "publishable" });

    expect((await service.status()).lane?.calls).toBe(before.lane?.calls);
  });

  it("is not what a short or an unusual token is", async () => {
    const { service, sql } = current();
    const { id } = await service.createApiKeys(PUBLISHABLE);
    for (const token of ["1", "~!", "x".repeat(512)]) {
      await sql("UPDATE api_key SET token = ? WHERE id = ?", [token, id]);
      expect(await service.listApiKeys({ token, type: "publishable" })).toMatchObject([{ id }]);
      expect(await lookUpPlainly(service, token)).toMatchObject([{ id }]);
    }
  });
});

describeOurs("A secret in a filter", (current) => {
  const secret = `sk_${"0f".repeat(32)}`;

  it.each<[string, object]>([
    ["a publishable token", { token: secret, type: "publishable" }],
    ["a token", { token: secret }],
    ["one of several tokens", { token: { $in: [secret] } }],
    ["an id", { id: secret }],
    ["one of several ids", { id: [secret] }],
    ["a title", { title: secret }],
    ["a title in part", { title: { $like: `%${secret}%` } }],
    ["a title, case ignored", { title: { $ilike: secret } }],
    ["a title by a regular expression", { title: new RegExp(secret) }],
    ["words of a title", { title: { $fulltext: secret } }],
    ["a search", { q: secret }],
    ["a branch", { $or: [{ title: secret }, { created_by: secret }] }],
  ])("matches nothing: %s (A42)", async (_, filter) => {
    await current().service.createApiKeys([{ ...PUBLISHABLE, title: secret }]);

    expect(await current().service.listApiKeys(filter)).toEqual([]);
    expect(await current().service.listAndCountApiKeys(filter)).toEqual([[], 0]);
  });

  it("makes a condition true that must not hold, and is refused where only the secret could decide (A42)", async () => {
    const { service } = current();
    const { id } = await service.createApiKeys(SECRET);

    expect(await service.listApiKeys({ title: { $ne: secret }, id: { $nin: [secret] } })).toMatchObject([{ id }]);
    expect(await service.listApiKeys({ revoked_by: { $ne: secret } })).toEqual([]);
    expect(await service.listApiKeys({ $not: { revoked_by: secret } })).toEqual([]);
    await expectFailure(service.listApiKeys({ title: { $gt: secret } }), "invalid_data", /looks like a secret token/);
  });
});

describe("[postgres] A secret that stands where none belongs", () => {
  it("never reaches the server, whichever method gets it (A42)", async () => {
    const database = await createPostgresDatabase();
    const heard: Buffer[] = [];
    const relay = createServer((client) => {
      const server = connect(Number(new URL(database.url).port), new URL(database.url).hostname);
      client.on("data", (said) => heard.push(said)).on("error", () => server.destroy());
      server.on("error", () => client.destroy());
      client.pipe(server).pipe(client);
    }).listen(0, "127.0.0.1");
    await once(relay, "listening");
    const url = new URL(database.url);
    url.host = `127.0.0.1:${(relay.address() as AddressInfo).port}`;
    const service = openService(url.href, { argon2: { memoryKib: 64, iterations: 1 } });
    const { id, token } = await service.createApiKeys(SECRET);
    heard.length = 0;

    expect(await service.authenticate(token)).toMatchObject({ id });
    for (const filter of [
      { token, type: "publishable" },
      { token, type: "publishable", $and: [] },
      { token: { $in: [token, "pk_1"] } },
      { id: token },
      { title: token, created_by: [token] },
      { title: { $ilike: `%${token}%` } },
      { q: `my ${token}` },
    ]) {
      expect(await service.listApiKeys(filter)).toEqual([]);
      await service.listAndCountApiKeys(filter);
    }
    const revocation = { revoked_by: "user_1" };
    await Promise.allSettled([
      service.retrieveApiKey(token),
      service.updateApiKeys(token, { title: "New" }),
      service.revoke(token, revocation),
      service.revoke({ token }, revocation),
      service.rollApiKeys(token, revocation),
      service.deleteApiKeys([token]),
      service.softDeleteApiKeys(token),
      service.restoreApiKeys([token, { title: token }]),
    ]);
    await service.close();
    relay.close();
    await database.drop();

    expect(Buffer.concat(heard).includes("api_key")).toBe(true);
    expect(Buffer.concat(heard).includes(token)).toBe(false);
    expect(Buffer.concat(heard).includes(token.slice("sk_".length))).toBe(false);
  });
});
