// Requests to which this package gives another answer on purpose: one scenario for each difference in docs/compat/ that HTTP
// reaches, and what makes a pair of answers an instance of it.

import type { Client, Exchange, Scenario } from "../client";
import { graph, linkedKeys } from "./linked-channels";

const KEYS = "/admin/api-keys";
const HASH = /(?<="token":")[0-9a-f]{128}(?=")/g;

export interface Deviation {
  row: string;
  scenario: Scenario;
  holds(stock: Exchange, ours: Exchange): boolean;
}

const create = async (client: Client, title: string, type = "secret") =>
  (await client.send(200, "POST", KEYS, { body: { title, type } })).body.api_key;
const refuses = (ours: Exchange, message: string) =>
  ours.status === 400 && ours.body.includes('"type":"invalid_data"') && ours.body.includes(message);
const titles = ({ body }: Exchange): string[] => JSON.parse(body).data.map((key: { title: string }) => key.title);

export const DEVIATIONS: Deviation[] = [
  {
    row: "S4",
    scenario: async (client) => {
      const { id } = await create(client, "Its hash");
      await client.send(200, "GET", `${KEYS}/${id}?fields=title,token`);
      await client.send(200, "GET", `${KEYS}?fields=token&id=${id}`);
    },
    holds: (stock, ours) => stock.body !== ours.body && stock.body.replace(HASH, "") === ours.body,
  },
  {
    row: "S5",
    scenario: async (client) => {
      await client.send({ stock: 200, ours: 400 }, "GET", `${KEYS}?order=token&fields=id&limit=1`);
    },
    holds: (_stock, ours) => refuses(ours, "ApiKey.token"),
  },
  {
    row: "S8",
    scenario: async (client) => {
      const { id } = await create(client, "Revoked twice", "publishable");
      await client.send(200, "POST", `${KEYS}/${id}/revoke`, { body: {} });
      await client.send({ stock: 200, ours: 400 }, "POST", `${KEYS}/${id}/revoke`, { body: {} });
    },
    holds: (stock, ours) => stock.status === 200 && refuses(ours, "already revoked"),
  },
  {
    row: "S11",
    scenario: async (client) => {
      const { id } = await create(client, "Revoked before now");
      await client.send({ stock: 200, ours: 400 }, "POST", `${KEYS}/${id}/revoke`, { body: { revoke_in: -1 } });
    },
    holds: (stock, ours) => stock.status === 200 && refuses(ours, "revoke_in"),
  },
  {
    row: "S17",
    scenario: async (client) => {
      await create(client, "One hundred percent");
      await client.send(200, "GET", `${KEYS}?q=One%25percent&fields=title`);
    },
    holds: (stock, ours) => stock.body.includes('"count":1') && ours.body.includes('"count":0'),
  },
  {
    row: "S18",
    scenario: async (client) => {
      for (const query of ["$and[0][q]=group", "order=nothing", "q=%00", "title=%00", "limit=-1", "offset=-1"]) {
        await client.send({ stock: 500, ours: 400 }, "GET", `${KEYS}?${query}`);
      }
    },
    holds: (stock, ours) => stock.status === 500 && refuses(ours, ""),
  },
  {
    row: "A7",
    scenario: async (client) => {
      await client.send({ stock: 200, ours: 400 }, "GET", `${KEYS}?revoked_at=yesterday`);
      await client.send({ stock: 500, ours: 400 }, "GET", `${KEYS}?created_at[$gt]=2020`);
    },
    holds: (_stock, ours) => refuses(ours, "ISO 8601"),
  },
  {
    row: "A27",
    scenario: async (client) => {
      const { keys, channels } = await linkedKeys(client, ["Here", "There"]);
      await graph(client, { id: keys, sales_channels: { id: channels[0], stock_locations: { name: "Here depot" } } });
    },
    holds: (stock, ours) => stock.body.includes("For Here") && !ours.body.includes("For"),
  },
  {
    row: "A28",
    scenario: async (client) => {
      const { keys } = await linkedKeys(client, ["First", "Second"]);
      for (const name of ["ASC", "DESC"]) {
        await graph(client, { id: keys }, { order: { sales_channels: { stock_locations: { name } } } });
      }
    },
    // Stock orders by nothing in both directions, and so is right in one of them.
    holds: (stock, ours) => [...titles(stock)].reverse().join() === titles(ours).join(),
  },
  // The last: the key that stock leaves behind shifts by what name later ones go.
  {
    row: "S20",
    scenario: async (client) => {
      const api_keys = [{ title: "Of a failed workflow", type: "secret", created_by: "user_ada" }];
      await client.inside("workflows", { name: "create-api-keys-then-fail", input: { api_keys } });
      await client.send(200, "GET", `${KEYS}?title=Of%20a%20failed%20workflow&fields=title`);
    },
    holds: (stock, ours) => stock.body.includes('"count":1') && ours.body.includes('"count":0'),
  },
];
