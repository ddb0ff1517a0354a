// Creates what a new shop needs to try API keys: a region for the storefront routes, and a secret key. Prints both keys' tokens.

import type { ExecArgs } from "@medusajs/framework/types";
import { Modules } from "@medusajs/framework/utils";
import { createApiKeysWorkflow, createRegionsWorkflow } from "@medusajs/medusa/core-flows";

export default async function seed({ container }: ExecArgs) {
  const regions = await container.resolve(Modules.REGION).listRegions({ name: "Europe" });
  if (regions.length === 0) {
    await createRegionsWorkflow(container).run({
      input: { regions: [{ name: "Europe", currency_code: "eur", countries: ["de", "fr", "it"] }] },
    });
  }
  const { result: created } = await createApiKeysWorkflow(container).run({
    input: { api_keys: [{ title: "Warehouse", type: "secret", created_by: "seed" }] },
  });
  // Medusa creates a publishable key on a shop's first start.
  const publishable = await container.resolve(Modules.API_KEY).listApiKeys({ type: "publishable" }, { take: 1 });
  console.log(`publishable key  ${publishable[0]?.token}`);
  console.log(`secret key       ${created[0]?.token}   (shown this once)`);
}
