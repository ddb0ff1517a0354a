// Members that another package adds to Object.prototype open no guard.

import { createServer } from "node:http";
import { authenticate as medusaAuthenticate } from "@medusajs/framework/http";
import { requireApiKey as expressGuard } from "../../dist/guards/express";
import { requireApiKey as honoGuard } from "../../dist/guards/hono";
import { admitting } from "../../dist/guards/medusa/authentication";
import { memberOf } from "../../dist/members";
import type { ApiKeyModuleService, CreateApiKeyInput } from "../../index.js";
import { openService } from "../support/ours";
import { listening } from "./frameworks";

const ADDED: [name: string, value: unknown][] = [
  ["key", "x"],
  ["key", { id: "apk_x" }],
  ["refusal", "x"],
  ["refused", "x"],
  ["ip", "10.1.1.1"],
  ["remoteAddress", "10.1.1.1"],
  ["keyId", "x"],
  ["kind", "token"],
  ["failure", null],
  ["scopes", ["*:*"]],
];

describe("With a polluted Object.prototype", () => {
  let service: ApiKeyModuleService;
  let scoped: string;
  let addressed: string;
  let sellers: string;

  beforeAll(async () => {
    service = openService("sqlite::memory:", { hashing: "sha256" }) as unknown as ApiKeyModuleService;
    const create = async (members: object) => {
      const input = { title: "Key", type: "secret", created_by: "user_ada", ...members };
      return (await service.createApiKeys(input as CreateApiKeyInput)).token;
    };
    scoped = await create({ scopes: ["things:read"] });
    addressed = await create({ allowed_ips: ["10.0.0.0/8"] });
    sellers = await create({ owner: { type: "seller", id: "sel_1" } });
  });
  afterAll(() => service.close());

  /** Runs `work` while `Object.prototype` has one more member. */
  async function polluted<T>([name, value]: (typeof ADDED)[number], work: () => Promise<T>): Promise<T> {
    Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true, enumerable: true });
    try {
      return await work();
    } finally {
      Reflect.deleteProperty(Object.prototype, name);
    }
  }

  it.each(ADDED)("by %s = %j, requireApiKey refuses what it refuses otherwise", async (...added) => {
    const guard = expressGuard(service, { scopes: ["things:write"] });
    const status = async (authorization?: string) => {
      const response = { statusCode: 0, setHeader() {}, end() {} };
      // The connection is closed, so that it has no address.
      const request = { headers: { ...(authorization && { authorization }) }, socket: { remoteAddress: undefined } };
      let passed = false;
      await guard(request as never, response as never, () => {
        passed = true;
      });
      return passed ? "passed" : response.statusCode;
    };
    const statuses = await polluted(added, async () => [
      await status(),
      await status("Bearer sk_unknown"),
      await status(`Bearer ${scoped}`),
      await status(`Bearer ${addressed}`),
    ]);
    expect(statuses).toEqual([401, 401, 403, 403]);
  });

  it.each(ADDED)("by %s = %j, the guard of Hono has no address without a connection", async (...added) => {
    const guard = honoGuard(service);
    const context = {
      req: { header: (name: string) => (name === "authorization" ? `Bearer ${addressed}` : undefined) },
      env: {},
      set: () => undefined,
      body: (_body: string, status: number) => status,
    };
    expect(await polluted(added, () => guard(context as never, async () => undefined) as never)).toBe(403);
  });

  it.each(ADDED)("by %s = %j, the guard of Medusa refuses what it refuses otherwise", async (...added) => {
    const resolve = (name: string) => (name === "api_key" ? service : { projectConfig: { http: { jwtSecret: "x" } } });
    const medusa = medusaAuthenticate("user", ["api-key"]);
    const guard = admitting(medusa as never, { ip: () => undefined });
    const server = await listening(
      createServer((request, response) => {
        const status = (code: number) => {
          response.statusCode = code;
          return response;
        };
        const json = () => response.end();
        Object.assign(request, {
          scope: { resolve },
          baseUrl: "/admin",
          path: "/things",
          originalUrl: "/admin/things",
        });
        void guard(request as never, Object.assign(response, { status, json }) as never, () => response.end());
      }),
    );
    const status = async (token: string) =>
      (await fetch(server.url, { method: "POST", headers: { Authorization: `Basic ${token}` } })).status;
    const tokens = ["sk_unknown", scoped, addressed, sellers];
    const statuses = await polluted(added, () => Promise.all(tokens.map(status)));
    await server.close();
    expect(statuses).toEqual([401, 403, 403, 403]);
  });

  it.each(ADDED)("by %s = %j, the service accepts no key that it refuses otherwise", async (...added) => {
    const answers = await polluted(added, async () => [
      await service.authenticate(scoped),
      (await service.verify("sk_unknown")).valid,
      (await service.verify(addressed, {})).valid,
      (await service.redeem("sk_unknown", { purpose: "reset" })).valid,
    ]);
    expect(answers).toEqual([false, false, false, false]);
  });

  it("by scopes = null, an update and an upsert keep the scopes of a key", async () => {
    const key = { title: "Reader", type: "secret", created_by: "user_ada", scopes: ["things:read"] } as const;
    const { id, token } = await service.createApiKeys({ ...key, scopes: [...key.scopes] });
    await polluted(["scopes", null], async () => {
      await service.updateApiKeys(id, { title: "New" });
      await service.upsertApiKeys({ id, title: "Newer" } as never);
    });
    expect(await service.retrieveApiKey(id)).toMatchObject({ title: "Newer", scopes: ["things:read"] });
    expect(await service.authenticate(token)).toBe(false);
  });

  it("by dry_run = true, a revocation still takes place", async () => {
    const { id } = await service.createApiKeys({ title: "Leaked", type: "secret", created_by: "user_ada" });
    await polluted(["dry_run", true], () => service.revoke(id, { revoked_by: "user_ada" }));
    expect(await service.retrieveApiKey(id)).toMatchObject({ revoked_by: "user_ada" });
  });

  it("a member is read of its object and its classes alone", async () => {
    class Request {
      get ip() {
        return "::1";
      }
    }
    await polluted(["ip", "10.1.1.1"], async () => {
      const values = [new Request(), Object.create(new Request()), { ip: "::2" }, Object.create({ ip: "::3" })];
      expect(values.map((value) => memberOf(value, "ip"))).toEqual(["::1", "::1", "::2", "::3"]);
      expect([{}, undefined, null, "x", Object.create(null)].map((value) => memberOf(value, "ip"))).toEqual(
        [1, 2, 3, 4, 5].map(() => undefined),
      );
    });
  });
});
