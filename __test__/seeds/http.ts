// Serves route handlers of Medusa's kind with Express, and calls them over HTTP.

import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { MedusaContainer } from "@medusajs/framework/types";
import express, { type ErrorRequestHandler, type RequestHandler } from "express";

export interface Route {
  method: "get" | "post";
  path: string;
  handler: RequestHandler;
}

/** What the documents' routes answer, each one a part of it. */
export interface Answer {
  api_key: AnsweredKey;
  api_keys: AnsweredKey[];
  is_authenticated: boolean;
}

interface AnsweredKey {
  id: string;
  token: string;
  revoked_at: string;
}

export interface HttpClient {
  /** Sends a request without a body, as the documents' routes expect none. */
  call(method: "GET" | "POST", path: string): Promise<{ status: number; body: Answer }>;
  close(): Promise<void>;
}

export async function serve(container: MedusaContainer, routes: Route[]): Promise<HttpClient> {
  const app = express();
  app.use((request, _response, next) => {
    Object.assign(request, { scope: container.createScope() });
    next();
  });
  for (const { method, path, handler } of routes) app[method](path, handler);
  app.use(answerWithError);

  const server = await new Promise<Server>((resolve) => {
    const listening = app.listen(0, "127.0.0.1", () => resolve(listening));
  });
  const { port } = server.address() as AddressInfo;
  return {
    call: async (method, path) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
      return { status: response.status, body: (await response.json()) as Answer };
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

const answerWithError: ErrorRequestHandler = ({ type, message }, _request, response, _next) => {
  response.status(type === "not_found" ? 404 : 400).json({ type, message });
};
