// A route of the project with a parameter.

import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http";

export async function GET({ params }: MedusaRequest, response: MedusaResponse) {
  response.json({ name: params.name });
}
