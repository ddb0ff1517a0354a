// Medusa's workflows of API keys, run by the server's own engine: alone, and as a step of one whose next step fails. After each,
// the events that were published and the keys that are there.

import type { Client } from "../client";

export async function workflows(client: Client): Promise<void> {
  const run = async (name: string, input: object) =>
    (await client.send(200, "POST", "/test/workflows", { body: { name, input } })).body;
  const published = async () => (await client.send(200, "POST", "/test/events", { body: {} })).body.events;
  const look = async (id: string) => {
    await client.send(200, "GET", `/admin/api-keys?id=${id}&fields=title,revoked_at,revoked_by,sales_channels.name`);
    return published();
  };
  /** The key must be as before, and nobody told of what was undone. */
  const fail = async (name: string, input: object, id: string) => {
    const { errors } = await run(`${name}-then-fail`, input);
    if (errors.length === 0) throw new Error(`${name}-then-fail did not fail`);
    const events = await look(id);
    if (events.length > 0) throw new Error(`${name}-then-fail published ${JSON.stringify(events)}`);
  };
  const { body } = await client.send(200, "POST", "/admin/sales-channels", { body: { name: "Workflows" } });
  const channel = body.sales_channel.id;
  await published();

  const { result } = await run("create-api-keys", {
    api_keys: [
      { title: "First", type: "publishable", created_by: "user_ada" },
      { title: "Second", type: "secret", created_by: "user_ada" },
    ],
  });
  const [{ id }, { id: second }] = result;
  await look(id);
  await run("update-api-keys", { selector: { id }, update: { title: "Renamed" } });
  await look(id);
  await fail("update-api-keys", { selector: { id: [id, second] }, update: { title: "Undone" } }, id);
  await look(second);
  await fail("link-sales-channels-to-api-key", { id, add: [channel] }, id);
  await run("link-sales-channels-to-api-key", { id, add: [channel] });
  await look(id);
  await fail("link-sales-channels-to-api-key", { id, remove: [channel] }, id);
  await run("link-sales-channels-to-api-key", { id, add: ["sc_nobody"] });
  await run("delete-api-keys", { ids: [id] });
  await look(id);
  await fail("revoke-api-keys", { selector: { id: second }, revoke: { revoked_by: "user_ada" } }, second);
  await run("revoke-api-keys", { selector: { id }, revoke: { revoked_by: "user_ada" } });
  await look(id);
  await fail("delete-api-keys", { ids: [second] }, second);
  await run("delete-api-keys", { ids: [id] });
  await look(id);
}
