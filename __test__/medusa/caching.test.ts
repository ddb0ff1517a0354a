// A Medusa server with its Caching module, which keeps what storefronts' keys are until an event says that they changed.

import { Client } from "./client";
import { openShop, SHOP_TIMEOUT_MS, type Shop } from "./shop";

const CACHING = {
  apiKeys: "ours",
  settings: "featureFlags: { caching: true },",
  modules: `modules: [
    { resolve: "medusa-api-key-native" },
    { resolve: "@medusajs/medusa/caching", options: { in_memory: { enable: true } } },
  ],`,
} as const;

describe("[postgres] A Medusa server with the Caching module", () => {
  let shop: Shop;
  let client: Client;

  beforeAll(async () => {
    shop = await openShop(CACHING);
    client = new Client("ours", shop.url);
    client.authorization = `Basic ${(await created("secret")).token}`;
  }, SHOP_TIMEOUT_MS);

  afterAll(() => shop.remove(), SHOP_TIMEOUT_MS);

  /** Creates a key by the module's own method. */
  async function created(type: "secret" | "publishable"): Promise<{ id: string; token: string }> {
    const args = [{ title: "Tests", type, created_by: "tests" }];
    return (await client.inside("service", { method: "createApiKeys", args })).answer;
  }

  const visit = (status: number, token: string) =>
    client.send(status, "GET", "/store/regions", { headers: { Authorization: "", "x-publishable-api-key": token } });

  it("serves storefronts from its cache", async () => {
    const { id, token } = await created("publishable");
    await visit(200, token);
    await shop.database.query("UPDATE api_key SET revoked_at = now(), revoked_by = 'sql' WHERE id = $1", [id]);

    await expect(visit(200, token)).resolves.toBeDefined();
  });

  it("rejects a publishable key on the first request after its revocation", async () => {
    const { id, token } = await created("publishable");
    await visit(200, token);
    await client.send(200, "POST", `/admin/api-keys/${id}/revoke`, { body: {} });

    await expect(visit(400, token)).resolves.toBeDefined();
  });

  it("rejects a secret key on the first request after its revocation", async () => {
    const { id, token } = await created("secret");
    const call = (status: number) =>
      client.send(status, "GET", "/admin/regions", { headers: { Authorization: `Basic ${token}` } });
    await call(200);
    await client.send(200, "POST", `/admin/api-keys/${id}/revoke`, { body: {} });

    await expect(call(401)).resolves.toBeDefined();
  });

  it("keeps and returns committed changes when its event bus fails (S13)", async () => {
    await client.inside("event-bus", { fails: true });
    const { id, token } = await created("secret").finally(() => client.inside("event-bus", { fails: false }));
    const { body } = await client.send(200, "GET", `/admin/api-keys?id=${id}`, {
      headers: { Authorization: `Basic ${token}` },
    });

    expect(body.count).toBe(1);
    expect(shop.server.log()).toContain("The event bus is away.");
  });
});
