// Compiled, never run: the guards fit the types of the frameworks, and give the key its type.

import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { requireApiKey as expressGuard } from "../../dist/guards/express";
import { requireApiKey as fastifyGuard } from "../../dist/guards/fastify";
import { requireApiKey as honoGuard } from "../../dist/guards/hono";
import { scopedAdminKeys } from "../../dist/guards/medusa";
import type { ApiKey, ApiKeyModuleService } from "../../index";

export function inExpress(service: ApiKeyModuleService): void {
  const app = express();
  app.use(expressGuard(service));
  app.get("/:id", expressGuard(service, { scopes: ["a:b"], ip: (request) => request.ip }), (request, response) => {
    const key: ApiKey | undefined = request.apiKey;
    const id: string = request.params.id;
    response.json({ owner: key?.owner?.id, id });
    // @ts-expect-error: the key may be absent
    request.apiKey.id;
  });
  express.Router().post("/", expressGuard(service, { ownerType: "seller" }));
  // @ts-expect-error: no such option
  expressGuard(service, { scope: ["a:b"] });
  // @ts-expect-error: not a list
  expressGuard(service, { scopes: "a:b" });
  // @ts-expect-error: no service
  expressGuard({});
}

export function inFastify(service: ApiKeyModuleService): void {
  const app = fastify();
  app.addHook("onRequest", fastifyGuard(service));
  app.get<{ Params: { id: string } }>(
    "/:id",
    { preHandler: fastifyGuard(service, { scopes: ["a:b"], ip: (request) => request.ip }) },
    async (request) => {
      const key: ApiKey | undefined = request.apiKey;
      return { scopes: key?.scopes, id: request.params.id };
    },
  );
  app.get("/", { onRequest: [fastifyGuard(service, { ownerType: "seller" })] }, async () => ({}));
}

export function inHono(service: ApiKeyModuleService): void {
  const app = new Hono();
  app.use("/api/*", honoGuard(service));
  app.get("/:id", honoGuard(service, { scopes: ["a:b"], ip: (c) => c.req.header("x-real-ip") }), (c) => {
    const key: ApiKey = c.get("apiKey");
    return c.json({ metadata: key.metadata ?? null, id: c.req.param("id"), title: c.var.apiKey.title });
  });
}

export function inMedusa(): void {
  const [route] = scopedAdminKeys({ roles: ["role_1"], ip: (request) => request.ip });
  const matcher: string | undefined = route?.matcher;
  void matcher;
  // @ts-expect-error: no such option
  scopedAdminKeys({ role: "role_1" });
}
