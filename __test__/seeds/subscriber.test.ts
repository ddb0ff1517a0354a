// The document's subscriber, called for the event of a created key.

import type { MedusaContainer } from "@medusajs/framework/types";
import { describeOnEachDatabase } from "../support/databases";
import { loadFile } from "./document-code";
import { openShop, type Shop } from "./shop";

type Subscriber = (args: { event: unknown; container: MedusaContainer; pluginOptions: object }) => Promise<void>;

describeOnEachDatabase("the document's subscriber", (database) => {
  let shop: Shop;

  beforeEach(async () => {
    shop = await openShop(database);
  });

  afterEach(() => shop.close());

  test("resolves the service from its container and retrieves the key of its event", async () => {
    const subscriberHandler = loadFile("module-page/src/subscribers/custom-handler.ts").default as Subscriber;
    const listApiKeys = jest.spyOn(shop.service, "listApiKeys");
    const handled: unknown[] = [];
    shop.eventBus.subscribe("api_key.api-key.created", async (event) => {
      await subscriberHandler({ event, container: shop.container, pluginOptions: {} });
      handled.push(event.data);
    });

    const { id } = await shop.service.createApiKeys({
      title: "Storefront",
      type: "publishable",
      created_by: "user_123",
    });

    expect(handled).toEqual([{ id }]);
    expect(listApiKeys.mock.calls).toEqual([[]]);
    await expect(listApiKeys.mock.results[0]?.value).resolves.toMatchObject([{ id, title: "Storefront" }]);
  });
});
