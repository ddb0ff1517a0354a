// Requests to a guarded server, and what their responses contain.

import type { GuardedServer } from "./frameworks";

export const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

export const bearer = (token: string): Sent => ({ headers: { Authorization: `Bearer ${token}` } });

export interface Sent {
  method?: string;
  headers?: Record<string, string>;
}

export async function send(server: GuardedServer, path: string, { method = "GET", headers = {} }: Sent = {}) {
  const response = await fetch(server.url + path, { method, headers });
  const text = await response.text();
  return {
    status: response.status,
    challenge: response.headers.get("www-authenticate"),
    type: response.headers.get("content-type"),
    headers: response.headers,
    text,
    body: text === "" ? null : JSON.parse(text),
  };
}
