// Calls a method of the shop's API Key Module.

import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http";
import { Modules } from "@medusajs/framework/utils";

interface Call {
  method: "createApiKeys" | "listApiKeys" | "authenticate";
  args: [never, never];
}

export async function POST({ body, scope }: MedusaRequest<Call>, response: MedusaResponse) {
  const service = scope.resolve(Modules.API_KEY);
  response.json({ answer: await service[body.method](...body.args) });
}
