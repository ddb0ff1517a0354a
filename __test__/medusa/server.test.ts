// The same requests to two Medusa servers that differ in one line of their configuration.

import { Client, type Exchange, type Scenario } from "./client";
import { secretKeys, user } from "./scenarios/admin";
import { creation, retrieval, revocationAndDeletion, salesChannels, update } from "./scenarios/api-keys";
import { DEVIATIONS } from "./scenarios/deviations";
import { linkedChannels } from "./scenarios/linked-channels";
import { listing } from "./scenarios/listing";
import { publishableKeys } from "./scenarios/storefront";
import { workflows } from "./scenarios/workflows";
import { openShop, SHOP_TIMEOUT_MS, type Shop } from "./shop";

const SCENARIOS: [string, Scenario][] = [
  ["secret keys on the Admin's routes", secretKeys],
  ["a user's JWT", user],
  ["creating keys", creation],
  ["retrieving keys", retrieval],
  ["listing keys", listing],
  ["updating keys", update],
  ["revoking and deleting keys", revocationAndDeletion],
  ["linking keys to sales channels", salesChannels],
  ["finding and ordering keys by their sales channels", linkedChannels],
  ["publishable keys on the storefront's routes", publishableKeys],
  ["Medusa's workflows of API keys, alone and in one that fails", workflows],
];

describe("[postgres] A Medusa server configured with this package", () => {
  let shops: Shop[] = [];
  let clients: [Client, Client];
  let compared = 0;
  let deviating = 0;

  beforeAll(async () => {
    const sides = ["stock", "ours"] as const;
    shops = await Promise.all(sides.map((apiKeys) => openShop({ apiKeys })));
    clients = shops.map(({ url }, index) => new Client(sides[index] ?? "ours", url)) as [Client, Client];
    for (const client of clients) {
      const key = { title: "Tests", type: "secret", created_by: "tests" };
      const { answer } = await client.inside("service", { method: "createApiKeys", args: [key] });
      client.authorization = `Basic ${answer.token}`;
    }
  }, SHOP_TIMEOUT_MS);

  afterAll(async () => {
    process.stdout.write(`requests to Medusa: ${compared} answered as by stock, ${deviating} as COMPAT.md says\n`);
    await Promise.all(shops.map((shop) => shop.remove()));
  }, SHOP_TIMEOUT_MS);

  it.each(SCENARIOS)(
    "responds as a stock server does: %s",
    async (_name, scenario) => {
      const [stock, ours] = await played(clients, scenario);

      expect(ours).toEqual(stock);
      compared += ours.length;
    },
    SHOP_TIMEOUT_MS,
  );

  it.each(DEVIATIONS)(
    "differs over HTTP only as COMPAT.md documents: $row",
    async ({ scenario, holds }) => {
      const [stock, ours] = await played(clients, scenario);
      const differing = stock.flatMap((exchange, index) => {
        const mine = ours[index] as Exchange;
        return JSON.stringify(exchange) === JSON.stringify(mine) ? [] : [{ stock: exchange, ours: mine }];
      });

      expect(ours).toHaveLength(stock.length);
      expect(differing.length).toBeGreaterThan(0);
      expect(differing.filter((pair) => !holds(pair.stock, pair.ours))).toEqual([]);
      deviating += differing.length;
      compared += stock.length - differing.length;
    },
    SHOP_TIMEOUT_MS,
  );
});

/** Plays a scenario on both servers and answers the exchanges of each. Fails when both are done, if one did. */
async function played(clients: [Client, Client], scenario: Scenario): Promise<[Exchange[], Exchange[]]> {
  const results = await Promise.allSettled(
    clients.map(async (client) => {
      const before = client.exchanges.length;
      await scenario(client);
      return client.exchanges.slice(before);
    }),
  );
  const [stock, ours] = results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
  return [stock ?? [], ours ?? []];
}
