// One server in each framework, with the same routes behind guards.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { requireApiKey as expressGuard } from "../../dist/guards/express";
import { requireApiKey as fastifyGuard } from "../../dist/guards/fastify";
import { requireApiKey as honoGuard } from "../../dist/guards/hono";
import type { ApiKeyVerifier } from "../../dist/guards/verifier";

/** What the guards of the servers are made with, beside their scopes and owner types. */
export interface Settings {
  realm?: string;
  onUnavailable?: (error: unknown) => void;
  /** Reads the client's address from the header `x-client-address`. */
  addressInHeader?: boolean;
}

export interface GuardedServer {
  url: string;
  close(): Promise<void>;
}

/** The routes: each responds with what the guard put on the request. */
export const ROUTES = [
  { method: "GET", path: "/whoami", options: {} },
  { method: "GET", path: "/products", options: { scopes: ["products:read"] } },
  { method: "POST", path: "/products", options: { scopes: ["products:write"] } },
  { method: "GET", path: "/reports", options: { scopes: ["products:read", "orders:read"] } },
  { method: "GET", path: "/sellers", options: { ownerType: "seller" } },
] as const;

const shown = (key?: { id: string; owner?: object; scopes?: string[] }) => ({
  id: key?.id,
  owner: key?.owner ?? null,
  scopes: key?.scopes ?? null,
});

/** Starts a server in a framework. */
export type Start = (service: ApiKeyVerifier, settings?: Settings) => Promise<GuardedServer>;

export const FRAMEWORKS: [name: string, start: Start][] = [
  ["Express", withExpress],
  ["Connect-style handlers of node:http", withNodeHttp],
  ["Fastify", withFastify],
  ["Hono", withHono],
];

async function withExpress(service: ApiKeyVerifier, { addressInHeader, ...settings }: Settings = {}) {
  const app = express();
  const ip = addressInHeader ? { ip: (request: express.Request) => request.get("x-client-address") } : {};
  for (const { method, path, options } of ROUTES) {
    const register = method === "GET" ? app.get.bind(app) : app.post.bind(app);
    register(path, expressGuard(service, { ...options, ...settings, ...(ip as object) }), (request, response) => {
      response.json(shown(request.apiKey));
    });
  }
  return listening(createServer(app));
}

async function withNodeHttp(service: ApiKeyVerifier, { addressInHeader, ...settings }: Settings = {}) {
  const guards = ROUTES.map(({ method, path, options }) => {
    const ip = addressInHeader
      ? { ip: (request: { headers: NodeJS.Dict<string | string[]> }) => request.headers["x-client-address"] as string }
      : {};
    return { method, path, guard: expressGuard(service, { ...options, ...settings, ...ip }) };
  });
  return listening(
    createServer((request, response) => {
      const method = request.method === "HEAD" ? "GET" : request.method;
      const route = guards.find(
        (candidate) => candidate.method === method && candidate.path === request.url?.split("?")[0],
      );
      const guarded: typeof request & { apiKey?: never } = request;
      route?.guard(guarded, response, (error) => {
        response.statusCode = error ? 500 : 200;
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify(error ? {} : shown(guarded.apiKey)));
      });
    }),
  );
}

async function withFastify(service: ApiKeyVerifier, { addressInHeader, ...settings }: Settings = {}) {
  const app = fastify();
  const ip = addressInHeader
    ? {
        ip: (request: { headers: Record<string, string | string[] | undefined> }) =>
          request.headers["x-client-address"] as string,
      }
    : {};
  for (const { method, path, options } of ROUTES) {
    app.route({
      method,
      url: path,
      onRequest: fastifyGuard(service, { ...options, ...settings, ...ip }),
      handler: async (request) => shown(request.apiKey),
    });
  }
  return { url: await app.listen({ host: "127.0.0.1", port: 0 }), close: () => app.close() };
}

async function withHono(service: ApiKeyVerifier, { addressInHeader, ...settings }: Settings = {}) {
  const app = new Hono();
  const ip = addressInHeader
    ? { ip: (c: { req: { header(name: string): string | undefined } }) => c.req.header("x-client-address") }
    : {};
  for (const { method, path, options } of ROUTES) {
    app.on(method, path, honoGuard(service, { ...options, ...settings, ...ip }), (c) => c.json(shown(c.get("apiKey"))));
  }
  app.onError((_error, c) => c.json({}, 500));
  return listening(createServer(getRequestListener(app.fetch)));
}

export async function listening(server: Server): Promise<GuardedServer> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
