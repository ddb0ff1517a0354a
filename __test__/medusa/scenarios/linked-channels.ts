// Keys found and ordered by the sales channels that they are linked to, and by the stock locations of those.

import type { Client } from "../client";

const KEYS = "/admin/api-keys";

export interface Linked {
  keys: string[];
  channels: string[];
}

/** Creates as many keys as there are names, each for a sales channel of its name with a stock location of the next one. */
export async function linkedKeys(client: Client, names: string[]): Promise<Linked> {
  const created = async (path: string, body: object, noun: string): Promise<string> =>
    (await client.send(200, "POST", path, { body })).body[noun].id;
  const linked: Linked = { keys: [], channels: [] };
  for (const [index, name] of names.entries()) {
    const key = await created(KEYS, { title: `For ${name}`, type: "publishable" }, "api_key");
    const channel = await created("/admin/sales-channels", { name, is_disabled: index === 0 }, "sales_channel");
    const place = `${names[(index + 1) % names.length]} depot`;
    const location = await created("/admin/stock-locations", { name: place }, "stock_location");
    await client.send(200, "POST", `${KEYS}/${key}/sales-channels`, { body: { add: [channel] } });
    await client.send(200, "POST", `/admin/stock-locations/${location}/sales-channels`, { body: { add: [channel] } });
    linked.keys.push(key);
    linked.channels.push(channel);
  }
  return linked;
}

/** Asks the query engine for keys. */
export async function graph(client: Client, filters: object, pagination?: object): Promise<void> {
  const body = { entity: "api_key", fields: ["id", "title", "sales_channels.name"], filters, pagination };
  await client.send(200, "POST", "/test/query", { body });
}

export async function linkedChannels(client: Client): Promise<void> {
  const { keys, channels } = await linkedKeys(client, ["Mike", "Zulu", "Alpha"]);
  const mine = keys.map((id) => `id[]=${id}`).join("&");

  for (const order of ["name", "id", "created_at"]) {
    await client.send(200, "GET", `${KEYS}?order=sales_channels.${order}&${mine}`);
    await client.send(200, "GET", `${KEYS}?order=-sales_channels.${order}&${mine}&limit=2&fields=id,title`);
  }
  for (const sales_channels of [
    { name: "Zulu" },
    { name: ["Zulu", "Alpha", "Oscar"] },
    { name: { $ne: "Zulu" } },
    { name: { $nin: ["Zulu", "Mike"] } },
    { name: { $ilike: "%L%" } },
    { $or: [{ name: "Zulu" }, { is_disabled: true }] },
    { is_disabled: false },
    { description: null },
    { created_at: { $gt: "2020-01-01" } },
    { created_at: { $lt: "2020-01-01" } },
    { id: channels[0] },
    { id: { $in: channels.slice(1) } },
    { stock_locations: { name: "Zulu depot" } },
    { name: ["Mike", "Zulu"], stock_locations: { name: { $like: "%depot" } } },
  ]) {
    await graph(client, { id: keys, sales_channels }, { order: { title: "ASC" } });
  }
  for (const direction of ["ASC", "DESC"]) {
    const order = { sales_channels: { name: direction } };
    await graph(client, { id: keys }, { order, take: 2, skip: 1 });
    await graph(client, { id: keys, sales_channels: { is_disabled: false } }, { order, take: 1 });
  }
  for (const hostile of ["nothing", "name%22", "name%22%20desc;%20drop%20table%20api_key", "name.first", ""]) {
    await client.send(200, "GET", `${KEYS}?order=sales_channels.${hostile}&id=${keys[0]}`);
  }
  await client.send(200, "POST", `${KEYS}/${keys[0]}/sales-channels`, { body: { remove: [channels[0]] } });
  await graph(client, { id: keys, sales_channels: { name: ["Mike", "Alpha"] } });
  await client.send(200, "DELETE", `/admin/sales-channels/${channels[1]}`);
  await graph(client, { id: keys, sales_channels: { name: ["Zulu", "Alpha"] } });
}
