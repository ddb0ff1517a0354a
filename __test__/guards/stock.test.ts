// Restricted keys on Medusa's own API Key Module: its server and its service refuse them, on the table that holds them.

import type { ApiKeyModuleService, CreateApiKeyInput } from "../../index.js";
import { openShop, SHOP_TIMEOUT_MS, type Shop } from "../medusa/shop";
import { openService } from "../support/ours";
import { startStock } from "../support/stock";

const RESTRICTED: object[] = [
  { scopes: [] },
  { scopes: ["*:*"] },
  { scopes: ["products:read"] },
  { owner: { type: "seller", id: "sel_1" } },
  { allowed_ips: ["127.0.0.1"] },
  { purpose: "password-reset" },
];
const HASHINGS = ["argon2id", "sha256", "scrypt"];
const PATHS = ["/admin/products?limit=1", "/admin/users?limit=1", "/admin/api-keys?limit=1"];

describe("[stock] A Medusa server with Medusa's own module", () => {
  let shop: Shop;
  const tokens: string[] = [];
  let control: string;

  beforeAll(async () => {
    shop = await openShop({ apiKeys: "stock" });
    for (const hashing of HASHINGS) {
      const ours = openService(shop.database.url, { hashing, migrate: true }) as unknown as ApiKeyModuleService;
      for (const members of RESTRICTED) {
        const input = { title: "Restricted", type: "secret", created_by: "user_ada", ...members };
        tokens.push((await ours.createApiKeys(input as CreateApiKeyInput)).token);
      }
      if (hashing === "scrypt") {
        control = (await ours.createApiKeys({ title: "Control", type: "secret", created_by: "user_ada" })).token;
      }
      await ours.close();
    }
  }, SHOP_TIMEOUT_MS);
  afterAll(() => shop?.remove(), SHOP_TIMEOUT_MS);

  const status = async (path: string, token: string) =>
    (await fetch(shop.url + path, { headers: { Authorization: `Basic ${token}` } })).status;

  it(
    "refuses every restricted key on every route, and has no guard that could admit it (M15)",
    async () => {
      expect(tokens).toHaveLength(HASHINGS.length * RESTRICTED.length);
      for (const path of PATHS) {
        // An unrestricted key that this package wrote for stock is accepted: the table is the same.
        expect(await status(path, control)).toBe(200);
        expect(await Promise.all(tokens.map((token) => status(path, token)))).toEqual(tokens.map(() => 401));
      }
    },
    SHOP_TIMEOUT_MS,
  );

  it("refuses them in its service, which has no verify", async () => {
    const stock = await startStock(shop.database.url);
    expect("verify" in stock.service).toBe(false);
    for (const token of tokens) expect(await stock.service.authenticate(token)).toBe(false);
    expect(await stock.service.authenticate(control)).toMatchObject({ title: "Control" });
    await stock.stop();
  });
});
