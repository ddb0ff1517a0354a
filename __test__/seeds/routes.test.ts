// The route handlers of both documents, behind a real HTTP server.

import type { RequestHandler } from "express";
import { describeOnEachDatabase } from "../support/databases";
import { loadFile } from "./document-code";
import { type HttpClient, serve } from "./http";
import { openShop, type Shop } from "./shop";

// The earlier document imports this one name from where Medusa 2.21 no longer has it.
jest.mock("@medusajs/modules-sdk", () => ({
  ...jest.requireActual("@medusajs/modules-sdk"),
  ModuleRegistrationName: jest.requireActual("@medusajs/utils").ModuleRegistrationName,
}));

const route = (path: string, method: "GET" | "POST") => loadFile(path)[method] as RequestHandler;

const ROUTES = [
  { method: "get", path: "/store/custom", handler: route("module-page/src/api/store/custom/route.ts", "GET") },
  { method: "post", path: "/api-keys", handler: route("examples-page/create.ts", "POST") },
  { method: "get", path: "/api-keys", handler: route("examples-page/list.ts", "GET") },
  { method: "post", path: "/api-keys/:id/revoke", handler: route("examples-page/revoke.ts", "POST") },
  { method: "post", path: "/tokens/:id/verify", handler: route("examples-page/verify.ts", "POST") },
  { method: "post", path: "/api-keys/:id/roll", handler: route("examples-page/roll.ts", "POST") },
] as const;

describeOnEachDatabase("the documents' routes:", (database) => {
  let shop: Shop;
  let http: HttpClient;

  beforeEach(async () => {
    shop = await openShop(database);
    http = await serve(shop.container, [...ROUTES]);
  });

  afterEach(async () => {
    await http.close();
    await shop.close();
  });

  const createSecret = () => shop.service.createApiKeys({ title: "Warehouse", type: "secret", created_by: "user_123" });
  const isAuthenticated = async (token: string) =>
    (await http.call("POST", `/tokens/${token}/verify`)).body.is_authenticated;

  test("creation returns a publishable key with its token", async () => {
    const { status, body } = await http.call("POST", "/api-keys");

    expect(status).toBe(200);
    expect(body.api_key).toMatchObject({
      id: expect.stringMatching(/^apk_[0-9A-HJKMNP-TV-Z]{26}$/),
      token: expect.stringMatching(/^pk_[0-9a-f]{64}$/),
      title: "Publishable API key",
      type: "publishable",
      created_by: "user_123",
      revoked_at: null,
    });
    await expect(shop.service.retrieveApiKey(body.api_key.id)).resolves.toMatchObject({ token: body.api_key.token });
  });

  test.each(["/api-keys", "/store/custom"])("the list at %s returns every key without secret tokens", async (path) => {
    expect((await http.call("GET", path)).body).toEqual({ api_keys: [] });
    const { api_key: publishable } = (await http.call("POST", "/api-keys")).body;
    const secret = await createSecret();

    const { status, body } = await http.call("GET", path);

    expect(status).toBe(200);
    const tokens = body.api_keys.map((key) => [key.id, key.token]);
    expect(Object.fromEntries(tokens)).toEqual({ [publishable.id]: publishable.token, [secret.id]: "" });
    expect(JSON.stringify(body)).not.toContain("salt");
  });

  test("revocation by id alone takes effect immediately and leaves revoked_by null", async () => {
    const { id, token } = await createSecret();
    const before = Date.now();

    const { status, body } = await http.call("POST", `/api-keys/${id}/revoke`);

    expect(status).toBe(200);
    expect(body.api_key).toMatchObject({ id, revoked_by: null, token: "" });
    const revokedAt = Date.parse(body.api_key.revoked_at);
    expect(revokedAt).toBeGreaterThanOrEqual(before);
    expect(revokedAt).toBeLessThanOrEqual(Date.now());
    await expect(shop.service.authenticate(token)).resolves.toBe(false);
  });

  test.each(["revoke", "roll"])("an attempt to %s an unknown key fails with not_found", async (action) => {
    const { status, body } = await http.call("POST", `/api-keys/apk_nope/${action}`);

    expect(status).toBe(404);
    expect(body).toEqual({ type: "not_found", message: 'ApiKey with id "apk_nope" not found' });
    await expect(shop.service.listApiKeys()).resolves.toEqual([]);
  });

  test("verification accepts only a live secret key", async () => {
    const live = await createSecret();
    const revoked = await createSecret();
    await http.call("POST", `/api-keys/${revoked.id}/revoke`);
    const { api_key: publishable } = (await http.call("POST", "/api-keys")).body;

    await expect(isAuthenticated(live.token)).resolves.toBe(true);
    await expect(isAuthenticated(revoked.token)).resolves.toBe(false);
    await expect(isAuthenticated(publishable.token)).resolves.toBe(false);
    await expect(isAuthenticated("sk_123")).resolves.toBe(false);
  });

  test("a roll invalidates the old token and returns a successor with the same title, type and creator", async () => {
    const old = await createSecret();

    const { status, body } = await http.call("POST", `/api-keys/${old.id}/roll`);

    expect(status).toBe(200);
    const successor = body.api_key;
    expect(successor).toMatchObject({ title: "Warehouse", type: "secret", created_by: "user_123", revoked_at: null });
    expect(successor.id).not.toBe(old.id);
    await expect(isAuthenticated(old.token)).resolves.toBe(false);
    await expect(isAuthenticated(successor.token)).resolves.toBe(true);
  });
});
