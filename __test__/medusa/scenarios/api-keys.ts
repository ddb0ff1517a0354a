// The Admin's routes of API keys.

import type { Client } from "../client";

const KEYS = "/admin/api-keys";

async function create(client: Client, title: string, type: string) {
  return (await client.send(200, "POST", KEYS, { body: { title, type } })).body.api_key;
}

/** POST /admin/api-keys */
export async function creation(client: Client): Promise<void> {
  await create(client, "Integration", "secret");
  await create(client, "Storefront", "publishable");
  await create(client, "Ärger mit „Ümläuten“ 🗝 'quoted' %_\\", "secret");
  await client.send(200, "POST", `${KEYS}?fields=id,title`, { body: { title: "Fields", type: "secret" } });
  for (const body of [
    {},
    { title: "No type" },
    { type: "secret" },
    { title: "Unknown type", type: "private" },
    { title: 5, type: "secret" },
    { title: null, type: "secret" },
    { title: ["List"], type: "secret" },
    { title: "More", type: "secret", created_by: "somebody" },
    { title: "More", type: "secret", token: "sk_mine" },
    { title: "More", type: "secret", expires_in: 5 },
    [{ title: "In a list", type: "secret" }],
  ]) {
    await client.send(400, "POST", KEYS, { body });
  }
  await client.send(400, "POST", KEYS, { text: '{"title": ' });
  await client.send(400, "POST", KEYS, { text: "" });
  await client.send(200, "POST", KEYS, { body: { title: "", type: "secret" } });
}

/** GET /admin/api-keys/:id */
export async function retrieval(client: Client): Promise<void> {
  const secret = await create(client, "Retrieved", "secret");
  const publishable = await create(client, "Retrieved, too", "publishable");
  for (const { id } of [secret, publishable]) {
    for (const fields of [
      "",
      "?fields=id",
      "?fields=title,redacted,type",
      "?fields=*sales_channels",
      "?fields=%2Bdeleted_at",
      "?fields=-token,-redacted",
      "?fields=id,sales_channels.name",
      "?fields=*",
    ]) {
      await client.send(200, "GET", `${KEYS}/${id}${fields}`);
    }
    await client.send(200, "GET", `${KEYS}/${id}?fields=nothing`);
    await client.send(400, "GET", `${KEYS}/${id}?limit=3`);
  }
  await client.send(404, "GET", `${KEYS}/apk_01JAAAAAAAAAAAAAAAAAAAAAAA`);
  await client.send(404, "GET", `${KEYS}/%20`);
}

/** POST /admin/api-keys/:id */
export async function update(client: Client): Promise<void> {
  const { id } = await create(client, "Old", "secret");
  await client.send(200, "POST", `${KEYS}/${id}`, { body: { title: "New" } });
  await client.send(200, "POST", `${KEYS}/${id}`, { body: { title: "New" } });
  await client.send(200, "POST", `${KEYS}/${id}?fields=title`, { body: { title: "Newer" } });
  for (const body of [{}, { title: 5 }, { title: null }, { title: "T", type: "publishable" }, { token: "sk_mine" }]) {
    await client.send(400, "POST", `${KEYS}/${id}`, { body });
  }
  await client.send(200, "POST", `${KEYS}/${id}`, { body: { title: "" } });
  await client.send(200, "GET", `${KEYS}/${id}`);
  await client.send(200, "POST", `${KEYS}/apk_01JAAAAAAAAAAAAAAAAAAAAAAA`, { body: { title: "Nobody" } });
}

/** POST /admin/api-keys/:id/revoke and DELETE /admin/api-keys/:id */
export async function revocationAndDeletion(client: Client): Promise<void> {
  for (const type of ["secret", "publishable"]) {
    const { id } = await create(client, "To be revoked", type);
    const revoke = (status: number, body?: object) => client.send(status, "POST", `${KEYS}/${id}/revoke`, { body });
    const remove = (status: number) => client.send(status, "DELETE", `${KEYS}/${id}`);

    await revoke(400, { revoke_in: "soon" });
    await revoke(400, { revoked_by: "somebody" });
    await remove(400);
    await revoke(200, { revoke_in: 3600 });
    await client.send(200, "GET", `${KEYS}/${id}`);
    await remove(400);
    await revoke(200, { revoke_in: 60 });
    await revoke(200, { revoke_in: 0 });
    await client.send(200, "GET", `${KEYS}/${id}`);
    await remove(200);
    await client.send(404, "GET", `${KEYS}/${id}`);
    await remove(200);

    const other = await create(client, "Revoked at once", type);
    await client.send(200, "POST", `${KEYS}/${other.id}/revoke`, { body: {} });
    await client.send(200, "DELETE", `${KEYS}/${other.id}`);
  }
  const { id } = await create(client, "Revoked once", "secret");
  await client.send(200, "POST", `${KEYS}/${id}/revoke`, { body: {} });
  await client.send(400, "POST", `${KEYS}/${id}/revoke`, { body: {} });
  await client.send(200, "DELETE", `${KEYS}/apk_01JAAAAAAAAAAAAAAAAAAAAAAA`);
  await client.send(200, "POST", `${KEYS}/apk_01JAAAAAAAAAAAAAAAAAAAAAAA/revoke`, { body: {} });
}

/** POST /admin/api-keys/:id/sales-channels */
export async function salesChannels(client: Client): Promise<void> {
  const channels: string[] = [];
  for (const name of ["Web", "App", "Shop floor"]) {
    const { body } = await client.send(200, "POST", "/admin/sales-channels", { body: { name } });
    channels.push(body.sales_channel.id);
  }
  const [web, app, floor] = channels;
  const { id } = await create(client, "Linked", "publishable");
  const link = (status: number, body: object, query = "") =>
    client.send(status, "POST", `${KEYS}/${id}/sales-channels${query}`, { body });

  await link(200, { add: [web] });
  await link(200, { add: [web, app] });
  await link(200, { add: [floor], remove: [web] });
  await link(200, { remove: [floor] }, "?fields=id,*sales_channels");
  await link(200, {});
  await link(400, { add: ["sc_nobody"] });
  await link(400, { add: web });
  await client.send(200, "GET", `${KEYS}/${id}?fields=*sales_channels`);
  await client.send(200, "GET", `${KEYS}?fields=id,*sales_channels&id=${id}`);
  const { id: secret } = await create(client, "Secret", "secret");
  await client.send(400, "POST", `${KEYS}/${secret}/sales-channels`, { body: { add: [web] } });

  await client.send(200, "POST", `${KEYS}/${id}/revoke`, { body: {} });
  await client.send(200, "DELETE", `${KEYS}/${id}`);
  await client.send(200, "DELETE", `/admin/sales-channels/${web}`);
}
