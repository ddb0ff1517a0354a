// GET /admin/api-keys, on a handful of keys of known titles.

import type { Client } from "../client";

const KEYS = "/admin/api-keys";
const SOON = 3_600;

export async function listing(client: Client): Promise<void> {
  const titles = ["Alpha warehouse", "Beta Warehouse", "gamma store", "Delta 100%", "alpha again"];
  const keys: { id: string; token: string }[] = [];
  for (const [index, title] of titles.entries()) {
    const type = index % 2 ? "publishable" : "secret";
    keys.push((await client.send(200, "POST", KEYS, { body: { title, type } })).body.api_key);
  }
  const [first, second, third] = keys as [(typeof keys)[0], (typeof keys)[0], (typeof keys)[0]];
  await client.send(200, "POST", `${KEYS}/${first.id}/revoke`, { body: {} });
  await client.send(200, "POST", `${KEYS}/${second.id}/revoke`, { body: { revoke_in: SOON } });
  const now = new Date().toISOString();
  const mine = keys.map(({ id }) => `id[]=${id}`).join("&");

  for (const query of [
    "",
    "q=warehouse",
    "q=WAREHOUSE alpha",
    "q=nothing of the kind",
    "q=",
    "type=secret",
    "type=publishable",
    "title=gamma store",
    "title[]=gamma store&title[]=alpha again",
    `id=${third.id}`,
    mine,
    `token=${second.token}`,
    `token=${third.token}`,
    `revoked_at[$lte]=${now}`,
    `revoked_at[$gt]=${now}`,
    `revoked_at[$gte]=2000-01-01T00:00:00.000Z&${mine}`,
    `created_at[$lt]=2000-01-01`,
    `created_at[$gte]=2000-01-01&${mine}&order=title`,
    `$or[0][title]=gamma store&$or[1][type]=publishable&${mine}`,
    `$and[0][title]=gamma store&$and[1][type]=publishable&${mine}`,
    `$and[0][id]=${first.id}&$and[1][type]=secret`,
  ]) {
    await client.send(200, "GET", `${KEYS}?${encodeURI(query)}`);
  }
  // Only where no two of the keys tie: what ties may come in any order.
  for (const order of ["title", "-title", "created_at", "-created_at", "id", "-id"]) {
    await client.send(200, "GET", `${KEYS}?order=${order}&${mine}&fields=id,title`);
  }
  for (const order of ["revoked_at", "-revoked_at"]) {
    await client.send(200, "GET", `${KEYS}?order=${order}&id[]=${first.id}&id[]=${second.id}&fields=id,title`);
  }
  for (const page of ["limit=2", "limit=2&offset=1", "limit=2&offset=50", "limit=0", "offset=3", "limit=1000"]) {
    await client.send(200, "GET", `${KEYS}?${page}&${mine}&order=title`);
  }
  for (const fields of [
    "id",
    "id,title,type",
    "%2Bdeleted_at",
    "-token",
    "*sales_channels",
    "id,sales_channels.name",
    "*",
  ]) {
    await client.send(200, "GET", `${KEYS}?fields=${fields}&${mine}&order=title`);
  }
  for (const wrong of [
    "type=private",
    "type[]=secret",
    "limit=many",
    "nothing=1",
    "redacted=sk_",
    "with_deleted=maybe",
  ]) {
    await client.send(400, "GET", `${KEYS}?${wrong}`);
  }
}
