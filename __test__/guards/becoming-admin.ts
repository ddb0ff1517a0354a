// How somebody with a narrow key could become an admin of a shop: steps over Medusa's own routes.

import type { AdminApi } from "./admin-api";

const JSON_BODY = { "Content-Type": "application/json" };
const PASSWORD = "correct-horse-battery";

/** Sends a body, with a secret key or with the token of a user's registration or login. */
export async function post(api: AdminApi, path: string, body: object, sender: { key?: string; jwt?: string } = {}) {
  const authorization = sender.key ? `Basic ${sender.key}` : `Bearer ${sender.jwt ?? ""}`;
  const response = await fetch(api.shop.url + path, {
    method: "POST",
    headers: { ...JSON_BODY, Authorization: authorization },
    body: JSON.stringify(body),
  });
  const received = (await response.json().catch(() => ({}))) as { token?: string };
  return { status: response.status, token: received.token ?? "" };
}

/** Registers somebody, accepts an invitation, and returns the status of a request that only an admin may send. */
export async function acceptInvitation(api: AdminApi, token: string, email: string): Promise<number> {
  const registered = await post(api, "/auth/user/emailpass/register", { email, password: PASSWORD });
  const person = { email, first_name: "E", last_name: "V" };
  await post(api, `/admin/invites/accept?token=${token}`, person, { jwt: registered.token });
  const login = await post(api, "/auth/user/emailpass", { email, password: PASSWORD });
  return (await api.send("GET", "/admin/users", null, { Authorization: `Bearer ${login.token}` })).status;
}
