// Asks the shop's query engine.

import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http";
import { ContainerRegistrationKeys } from "@medusajs/framework/utils";

export async function POST({ body, scope }: MedusaRequest, response: MedusaResponse) {
  const query = scope.resolve(ContainerRegistrationKeys.QUERY);
  response.json(await query.graph(body as never));
}
