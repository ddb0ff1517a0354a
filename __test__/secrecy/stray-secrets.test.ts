// Secret tokens passed where another argument belongs.

import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { openService } from "../support/ours";
import { createPostgresDatabase } from "../support/postgres";
import { SECRET } from "../support/service";

/** Passes a new token to every method in the wrong place, and expects that the server received no part of it. */
async function expectNothingSent(options: object): Promise<void> {
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
  const service = openService(url.href, { argon2: { memoryKib: 64, iterations: 1 }, ...options });
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
    service.ensureApiKeys({ ...SECRET, token }),
    service.ensureApiKeys({ ...SECRET, type: "publishable", token }),
    service.importApiKeys({ title: "Old", created_by: "user_1", sha256: token }),
    service.importApiKeys({ title: "Old", created_by: "user_1", sha256: "0f".repeat(32), redacted: token }),
    service.redeem(token, { purpose: "password-reset" }),
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
}

describe("[postgres] A secret token in the place of another argument", () => {
  it("is never sent to the server by any method (A42)", () => expectNothingSent({}));

  it("is never sent to the server by any method if it has a brand (A42, M19)", () =>
    expectNothingSent({ token: { brand: "acme" } }));
});
