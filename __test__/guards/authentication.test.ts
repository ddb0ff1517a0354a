// scopedAdminKeys around Medusa's own authentication, in an Express app whose other middlewares change requests.

import { createServer } from "node:http";
import { authenticate as medusaAuthenticate } from "@medusajs/framework/http";
import express from "express";
import { admitting, confirmAdmission } from "../../dist/guards/medusa/authentication";
import type { ApiKeyModuleService, CreateApiKeyInput } from "../../index.js";
import { ActivityListener } from "../activity/listener";
import { describeOurs } from "../support/implementations";
import { type GuardedServer, listening } from "./frameworks";

type Middleware = express.RequestHandler;

const JWT = { http: { jwtSecret: "secret" } };

describeOurs(
  "Medusa's authentication with scopedAdminKeys",
  (current) => {
    let server: GuardedServer;
    let service: ApiKeyModuleService;
    /** What runs before the authentication, and between it and the routes. */
    let before: Middleware;
    let between: Middleware;
    let failing = false;

    const untouched: Middleware = (_request, _response, next) => next();
    const create = async (members: object = { scopes: ["things:read"] }) =>
      service.createApiKeys({
        title: "Admin",
        type: "secret",
        created_by: "user_ada",
        ...members,
      } as CreateApiKeyInput);
    const get = async (path: string, headers: Record<string, string>, method = "GET") => {
      const response = await fetch(server.url + path, { method, headers });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: text.startsWith("{") ? JSON.parse(text) : text,
      };
    };
    const basic = (token: string) => ({ Authorization: `Basic ${token}` });

    beforeAll(async () => {
      service = current().service as unknown as ApiKeyModuleService;
      // Fails like a service whose database is down, while `failing` is set.
      const outage = Object.assign(new Error("down"), { type: "database_error" });
      const outer = new Proxy(service, {
        get: (target, name) =>
          failing && ["authenticate", "verifyWith_"].includes(String(name))
            ? () => Promise.reject(outage)
            : Reflect.get(target, name),
      });
      const resolve = (name: string) =>
        ({ api_key: outer, configModule: { projectConfig: JWT }, logger: { debug: () => undefined } })[name];
      const app = express();
      app.use((request, _response, next) => {
        Object.assign(request, { scope: { resolve } });
        next();
      });
      app.use((...args) => before(...args));
      const medusa = medusaAuthenticate("user", ["bearer", "session", "api-key"]);
      app.use("/admin", admitting(medusa as never, {}) as never);
      app.use((...args) => between(...args));
      app.use("/admin", confirmAdmission as never);
      const handler: Middleware = (request, response) => {
        const { auth_context } = request as { auth_context?: { actor_id: string } };
        response.json({ handled: request.path, actor: auth_context?.actor_id });
      };
      app.all(["/admin/things", "/admin/users"], handler);
      server = await listening(createServer(app));
    });
    beforeEach(() => {
      before = untouched;
      between = untouched;
      failing = false;
    });
    afterAll(() => server?.close());

    it("passes a restricted key on as Medusa's actor", async () => {
      const { id, token } = await create();
      expect(await get("/admin/things", basic(token))).toMatchObject({
        status: 200,
        body: { handled: "/admin/things", actor: id },
      });
    });

    it.each<[string, (request: express.Request) => void]>([
      [
        "path",
        (request) => {
          request.url = "/admin/users";
        },
      ],
      [
        "method",
        (request) => {
          request.method = "POST";
        },
      ],
    ])("refuses a request whose %s is changed before its authentication or after it", async (_what, change) => {
      const { token } = await create();
      const changing: Middleware = (request, _response, next) => {
        change(request);
        next();
      };
      between = changing;
      expect(await get("/admin/things", basic(token))).toMatchObject({ status: 403, body: { type: "forbidden" } });
      before = changing;
      between = untouched;
      expect(await get("/admin/things", basic(token))).toMatchObject({ status: 403, body: { type: "forbidden" } });
    });

    it("leaves a request with a session to Medusa, whatever key it has beside", async () => {
      before = (request, _response, next) => {
        Object.assign(request, { session: { auth_context: { actor_id: "user_ada", actor_type: "user" } } });
        next();
      };
      const { token } = await create();
      expect(await get("/admin/users", basic(token))).toMatchObject({ status: 200, body: { actor: "user_ada" } });
      expect(await get("/admin/users", {})).toMatchObject({ status: 200, body: { actor: "user_ada" } });
    });

    it("refuses a key beside a bearer token of another kind", async () => {
      const { token } = await create();
      const jwt = { Authorization: "Bearer eyJhbGciOiJIUzI1NiJ9.e30.x" };
      expect((await get("/admin/things", { ...jwt, "X-Api-Key": token })).status).toBe(400);
      // A header that is no key of this shop belongs to something else.
      expect((await get("/admin/things", { ...jwt, "X-Api-Key": "other" })).body).toEqual({ message: "Unauthorized" });
    });

    it("refuses a key beside what Medusa itself reads as another one", async () => {
      const [plain, { token }] = [await create({}), await create()];
      for (const authorization of [`Basic ${plain.token} x`, `Basic ${plain.token} Basic x`, `Token ${plain.token}`]) {
        for (const method of ["GET", "POST"]) {
          const { status, body } = await get(
            "/admin/things",
            { Authorization: authorization, "X-Api-Key": token },
            method,
          );
          expect([status, body.type]).toEqual([400, "invalid_data"]);
        }
      }
      expect((await get("/admin/things", { ...basic(plain.token), "X-Api-Key": `other, ${token}` })).status).toBe(400);
    });

    it("publishes what it refuses for its owner or its path as refused, and for its scope without a use", async () => {
      const owned = await create({ owner: { type: "seller", id: "sel_1" } });
      const all = await create({ scopes: ["*:*"] });
      const reading = await create();
      const listener = new ActivityListener(["key.verified", "key.refused"]);
      expect((await get("/admin/things", basic(owned.token))).status).toBe(403);
      expect((await get("/admin/th%69ngs", basic(all.token))).status).toBe(403);
      expect((await get("/admin/th%69ngs", basic(reading.token))).status).toBe(403);
      expect((await get("/admin/users", basic(reading.token))).status).toBe(403);
      listener.stop();
      expect(listener.take().map(({ name, keyId, reason }) => [name, keyId, reason])).toEqual([
        ["key.refused", owned.id, "wrong_owner_type"],
        ["key.refused", all.id, "insufficient_scope"],
        ["key.refused", reading.id, "insufficient_scope"],
        ["key.refused", reading.id, "insufficient_scope"],
      ]);
    });

    it("responds with 503 if the database cannot be asked, in each way to present a key", async () => {
      const { token } = await create();
      jest.spyOn(console, "error").mockImplementation(() => undefined);
      failing = true;
      for (const headers of [basic(token), { Authorization: `Bearer ${token}` }, { "X-Api-Key": token }]) {
        const { status, headers: sent, body } = await get("/admin/things", headers as Record<string, string>);
        expect({ status, retry: sent.get("retry-after"), type: body.type }).toEqual({
          status: 503,
          retry: "5",
          type: "unexpected_state",
        });
        expect(JSON.stringify(body)).not.toContain("down");
      }
      jest.restoreAllMocks();
    });

    it("keeps Medusa's hint for an unrestricted key that is sent as Bearer", async () => {
      const { token } = await create({});
      const { status, body } = await get("/admin/things", { Authorization: `Bearer ${token}` });
      expect([status, body.message]).toEqual([
        401,
        expect.stringMatching(/^A secret API key was passed as a Bearer token/),
      ]);
    });
  },
  { hashing: "sha256" },
);
