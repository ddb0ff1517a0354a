// scopedAdminKeys on a Medusa server with the feature flag rbac: keys get in where their scopes and their role permit it.

import { join } from "node:path";
import { openShop, SHOP_TIMEOUT_MS, type Shop } from "../medusa/shop";
import { AdminApi } from "./admin-api";
import { playMatrix } from "./admin-matrix";
import { post } from "./becoming-admin";

const OVERLAY = join(__dirname, "overlay");
const RBAC = {
  settings: "featureFlags: { rbac: true },",
  // The flag alone does not add the module, which has the tables of roles.
  modules:
    'modules: [{ resolve: "medusa-api-key-native", options: { hashing: "sha256" } }, { resolve: "@medusajs/medusa/rbac" }],',
  env: { MEDUSA_FF_RBAC: "true" },
};

describe("[postgres] A Medusa server with RBAC and scopedAdminKeys with a role", () => {
  let shop: Shop;
  let api: AdminApi;

  beforeAll(async () => {
    shop = await openShop({ apiKeys: "ours", overlays: [OVERLAY, join(__dirname, "overlay-rbac")], ...RBAC });
    api = new AdminApi(shop);
  }, SHOP_TIMEOUT_MS);
  afterAll(() => shop?.remove(), SHOP_TIMEOUT_MS);

  it(
    "lets each kind of key into exactly the routes that its scopes name (M15)",
    async () => {
      const { token } = await api.create();
      const { wrong, routes, requests, counts } = await playMatrix(api, token, "policies");
      process.stdout.write(`Admin API with RBAC: ${routes} routes, ${requests} requests: ${JSON.stringify(counts)}\n`);
      expect(wrong).toEqual([]);
      expect(requests).toBe(7 * routes);
      // Medusa refuses an unrestricted key where a route has policies: RBAC is on.
      expect(counts.unrestricted?.policies).toBeGreaterThan(100);
      // Without the module of roles, the check of policies fails instead.
      const { handler = 0, failure = 0 } = counts["the route's resource, write"] ?? {};
      expect(handler).toBeGreaterThan(20 * failure);
    },
    SHOP_TIMEOUT_MS,
  );

  it("asks for invites:write where a request selects invitations through roles or users", async () => {
    const writer = await api.tokenWith("invites:write", "rbac:read", "users:read");
    const invitation = { email: "new@shop.test", roles: ["role_super_admin"] };
    const { status } = await post(api, "/admin/invites", invitation, { key: writer });
    const reader = await api.tokenWith("*:read");
    const path = "/admin/rbac/roles?fields=id,invites_link.invite.token";
    expect([status, (await api.send("GET", path, reader)).status]).toEqual([200, 403]);
    // The reason for it: Medusa returns the token.
    expect((await api.send("GET", path, writer)).text).toMatch(/"token":"ey/);
    expect((await api.send("GET", "/admin/rbac/roles?fields=id,name", reader)).status).toBe(200);
  });
});

describe("[postgres] A Medusa server with RBAC and scopedAdminKeys without a role", () => {
  let shop: Shop;
  let api: AdminApi;

  beforeAll(async () => {
    shop = await openShop({ apiKeys: "ours", overlays: [OVERLAY], ...RBAC });
    api = new AdminApi(shop);
  }, SHOP_TIMEOUT_MS);
  afterAll(() => shop?.remove(), SHOP_TIMEOUT_MS);

  it("leaves the routes that have policies to Medusa, which refuses them", async () => {
    const token = await api.tokenWith("products:read", "things:read");
    const route = { method: "GET", path: "/admin/products", resource: "products" };
    expect(await api.end(route, token)).toBe("policies");
    expect((await api.send("GET", "/admin/products", token)).status).toBe(403);
    expect(await api.end({ ...route, path: "/admin/things" }, token)).toBe("handler");
    expect(await api.end({ ...route, path: "/admin/users" }, token)).toBe("guard");
  });
});
