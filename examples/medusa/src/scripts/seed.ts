// What a fresh shop lacks to try its API keys: a region to ask the storefront routes for, and a secret key. Prints both tokens.

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
  // Medusa itself makes one when a shop starts for the first time.
  const publishable = await container.resolve(Modules.API_KEY).listApiKeys({ type: "publishable" }, { take: 1 });
  console.log(`publishable key  ${publishable[0]?.token}`);
  console.log(`secret key       ${created[0]?.token}   (shown this once)`);
}
