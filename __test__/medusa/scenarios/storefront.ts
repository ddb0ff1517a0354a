// Requests of a storefront, which name their publishable key in a header.

import type { Client } from "../client";
import { forged } from "./admin";

const ROUTES = ["/store/regions?limit=1", "/store/products?fields=id&limit=1"];

export async function publishableKeys(client: Client): Promise<void> {
  const channel = (await client.send(200, "POST", "/admin/sales-channels", { body: { name: "Storefront" } })).body
    .sales_channel;
  const create = async (title: string, type = "publishable") => {
    const key = (await client.send(200, "POST", "/admin/api-keys", { body: { title, type } })).body.api_key;
    const body = { add: [channel.id] };
    if (type === "publishable") await client.send(200, "POST", `/admin/api-keys/${key.id}/sales-channels`, { body });
    return key;
  };
  const visit = async (status: number, as: string, key?: string) => {
    const headers: Record<string, string> = { Authorization: "", ...(key && { "x-publishable-api-key": key }) };
    for (const route of ROUTES) await client.send(status, "GET", route, { as, headers });
  };
  const revoke = (id: string, body: object) => client.send(200, "POST", `/admin/api-keys/${id}/revoke`, { body });

  const valid = await create("Valid");
  await visit(200, "valid", valid.token);
  await visit(400, "missing");
  await visit(400, "empty", " ");
  await visit(400, "unknown", `pk_${"0".repeat(64)}`);
  await visit(400, "forged", forged(valid.token));
  await visit(400, "in upper case", valid.token.toUpperCase());
  await visit(400, "one of several", `${valid.token},${valid.token}`);
  await visit(400, "a secret one", (await create("Secret", "secret")).token);

  const pending = await create("Pending");
  await revoke(pending.id, { revoke_in: 3600 });
  await visit(200, "its revocation to come", pending.token);
  await revoke(pending.id, { revoke_in: 0 });
  await visit(400, "revoked after all", pending.token);

  await revoke(valid.id, {});
  await visit(400, "revoked", valid.token);
  await client.send(200, "DELETE", `/admin/api-keys/${valid.id}`);
  await visit(400, "deleted", valid.token);
}
