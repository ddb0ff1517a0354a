// Who may call the Admin's routes: secret keys in every form, and a user's JWT.

import type { Client, Request } from "../client";

const PROTECTED = "/admin/regions?limit=1";
const EMAIL = "ada@example.com";
const PASSWORD = "correct horse";

const as = (as: string, authorization: string): Request => ({ as, headers: { Authorization: authorization } });
const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

/** Requests with secret keys, live and other. */
export async function secretKeys(client: Client): Promise<void> {
  const create = async (title: string) =>
    (await client.send(200, "POST", "/admin/api-keys", { body: { title, type: "secret" } })).body.api_key;
  const revoke = (id: string, body: object) => client.send(200, "POST", `/admin/api-keys/${id}/revoke`, { body });
  const get = (status: number, name: string, authorization: string) =>
    client.send(status, "GET", PROTECTED, as(name, authorization));

  const { token } = await create("Warehouse");
  await get(200, "raw", `Basic ${token}`);
  await get(200, "raw, the scheme in lower case", `basic ${token}`);
  await get(200, "raw with a colon", `Basic ${token}:`);
  await get(200, "base64", basic(token));
  await get(200, "base64 with a colon", basic(`${token}:`));
  await get(401, "base64 with a password", basic(`${token}:password`));
  await get(401, "as a bearer", `Bearer ${token}`);
  await get(401, "no scheme", token);
  await get(401, "forged with the same visible characters", `Basic ${forged(token)}`);
  await get(401, "cut short", `Basic ${token.slice(0, -1)}`);
  await get(401, "in upper case", `Basic sk_${token.slice(3).toUpperCase()}`);
  await get(401, "with NUL, in base64", basic(`${token}\0`));
  await get(401, "unknown", `Basic sk_${"0".repeat(64)}`);
  await get(401, "empty", "Basic sk_");
  await client.send(401, "GET", PROTECTED, as("nobody", ""));

  const revoked = await create("To be revoked");
  await get(200, "before its revocation", `Basic ${revoked.token}`);
  await revoke(revoked.id, {});
  await get(401, "revoked", `Basic ${revoked.token}`);
  await client.send(200, "DELETE", `/admin/api-keys/${revoked.id}`);
  await get(401, "deleted", `Basic ${revoked.token}`);

  const pending = await create("To be revoked later");
  await revoke(pending.id, { revoke_in: 3600 });
  await get(200, "its revocation to come", `Basic ${pending.token}`);

  const { body } = await client.send(200, "POST", "/admin/api-keys", { body: { title: "Web", type: "publishable" } });
  await get(401, "a publishable key", `Basic ${body.api_key.token}`);

  const created = await client.send(200, "POST", "/admin/api-keys", {
    ...as("by a secret key", `Basic ${token}`),
    body: { title: "By a key", type: "secret" },
  });
  await client.send(200, "GET", `/admin/api-keys/${created.body.api_key.id}`);
}

/** Invites a user with a secret key; from then on the client is that user. */
export async function user(client: Client): Promise<void> {
  const invite = await client.send(200, "POST", "/admin/invites", { body: { email: EMAIL } });
  const registered = await client.send(200, "POST", "/auth/user/emailpass/register", {
    body: { email: EMAIL, password: PASSWORD },
  });
  await client.send(200, "POST", `/admin/invites/accept?token=${invite.body.invite.token}`, {
    ...as("the registered", `Bearer ${registered.body.token}`),
    body: { email: EMAIL, first_name: "Ada", last_name: "Lovelace" },
  });
  const login = { body: { email: EMAIL, password: PASSWORD } };
  const { token } = (await client.send(200, "POST", "/auth/user/emailpass", login)).body;
  client.authorization = `Bearer ${token}`;
  await client.send(200, "GET", PROTECTED);
  await client.send(401, "GET", PROTECTED, as("a forged JWT", `Bearer ${token.slice(0, -4)}AAAA`));
  await client.send(200, "GET", "/admin/users/me");
}

/** Another token that the redacted form does not tell from this one. */
export function forged(token: string): string {
  const middle = token[20] === "0" ? "1" : "0";
  return token.slice(0, 20) + middle + token.slice(21);
}
