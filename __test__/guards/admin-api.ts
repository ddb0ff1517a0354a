// Requests to the Admin API with keys of all kinds, and what they show: which key reached a handler.

import type { ApiKey } from "../../index.js";
import { Client } from "../medusa/client";
import type { Shop } from "../medusa/shop";

/** A route as the running server has registered it. */
export interface AdminRoute {
  method: string;
  path: string;
  resource: string;
}

/**
 * How a request ended: at the guard, at an authentication, at RBAC's check of policies, or in a handler or later. Medusa's
 * validation of the request counts as a handler. A failure is a status of 500 or more; some handlers respond so to ids of
 * nothing.
 */
export type End = "guard" | "authentication" | "policies" | "handler" | "failure";

/** Routes whose handlers do not respond: event streams, and those of a module that the shop lacks. */
const SILENT = [
  "GET /admin/index/details",
  "GET /admin/workflows-executions/:workflow_id/:transaction_id/subscribe",
  "GET /admin/workflows-executions/:workflow_id/subscribe",
  "POST /admin/index/sync",
];
const SILENT_MS = 500;
const PATIENCE_MS = 20_000;

export class AdminApi {
  readonly client: Client;
  readonly #tokens = new Map<string, Promise<string>>();

  constructor(readonly shop: Shop) {
    this.client = new Client("ours", shop.url);
  }

  /** Creates a secret key with these members, in the server. */
  async create(members: object = {}): Promise<ApiKey & { scopes?: string[] }> {
    const key = { title: "Admin", type: "secret", created_by: "user_ada", ...members };
    return (await this.client.inside("service", { method: "createApiKeys", args: [key] })).answer;
  }

  /** What the service in the server returns for a token, outside any request of the Admin API. */
  async authenticate(token: string): Promise<ApiKey | false> {
    return (await this.client.inside("service", { method: "authenticate", args: [token] })).answer;
  }

  /** The token of a key with these scopes; the same one for the same scopes. */
  async tokenWith(...scopes: string[]): Promise<string> {
    const name = JSON.stringify(scopes);
    const token = this.#tokens.get(name) ?? this.create({ scopes }).then((key) => key.token);
    this.#tokens.set(name, token);
    return token;
  }

  /** All routes below /admin. */
  async routes(): Promise<AdminRoute[]> {
    const response = await fetch(`${this.shop.url}/test/routes`);
    const { routes } = (await response.json()) as { routes: string[] };
    return routes.map((route) => {
      const [method = "", path = ""] = route.split(" ");
      return { method, path, resource: path.split("/")[2] ?? "" };
    });
  }

  /** Sends a request; the token as `Basic`, unless headers are given. */
  async send(
    method: string,
    path: string,
    token: string | null,
    headers: Record<string, string> = {},
    limit = PATIENCE_MS,
  ) {
    const response = await fetch(this.shop.url + path, {
      method,
      headers: { ...(token === null ? {} : { Authorization: `Basic ${token}` }), ...headers },
      signal: AbortSignal.timeout(limit),
    });
    const text = /event-stream/.test(response.headers.get("content-type") ?? "") ? "" : await response.text();
    const isJson = /json/.test(response.headers.get("content-type") ?? "") && text !== "";
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : null };
  }

  /** Sends a request to a route, and returns where it ended. */
  async end({ method, path }: AdminRoute, token: string | null): Promise<End> {
    const isSilent = SILENT.includes(`${method} ${path}`);
    try {
      const concrete = path.replace(/:\w+/g, "x1");
      const { status, body } = await this.send(method, concrete, token, {}, isSilent ? SILENT_MS : PATIENCE_MS);
      return endOf(status, body);
    } catch (error) {
      // A guard responds: a handler has the request.
      if (isSilent && Object(error).name === "TimeoutError") return "handler";
      throw error;
    }
  }
}

export function endOf(status: number, body: { message?: string } | null): End {
  const message = body?.message ?? "";
  if (status === 403 && /^The API key lacks|^No scope permits/.test(message)) return "guard";
  if (status === 401) return "authentication";
  if (status === 403 && /^Forbidden$|^Insufficient permissions/.test(message)) return "policies";
  return status >= 500 ? "failure" : "handler";
}
