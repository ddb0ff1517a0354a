// The document's workflow step, run by Medusa's workflow engine.

import { createWorkflow, type StepFunction, WorkflowResponse } from "@medusajs/framework/workflows-sdk";
import { describeOnEachDatabase } from "../support/databases";
import { loadDeclarations } from "./document-code";
import { openShop, type Shop } from "./shop";

const { step1 } = loadDeclarations("module-page/src/workflows/hello-world/step1.ts", ["step1"]) as {
  step1: StepFunction<unknown, unknown>;
};

describeOnEachDatabase("the document's workflow step", (database) => {
  let shop: Shop;

  beforeEach(async () => {
    shop = await openShop(database);
  });

  afterEach(() => shop.close());

  test("lists the keys through the container of its workflow", async () => {
    const { id } = await shop.service.createApiKeys({
      title: "Storefront",
      type: "publishable",
      created_by: "user_123",
    });
    const listApiKeys = jest.spyOn(shop.service, "listApiKeys");
    const helloWorld = createWorkflow(`hello-world-${database.name}`, () => new WorkflowResponse(step1()));

    const { errors } = await helloWorld(shop.container).run();

    expect(errors).toEqual([]);
    expect(listApiKeys).toHaveBeenCalledTimes(1);
    await expect(listApiKeys.mock.results[0]?.value).resolves.toMatchObject([{ id, title: "Storefront" }]);
  });
});
