// Answers the events of API keys that were published since the last call.

import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http";
import { Modules } from "@medusajs/framework/utils";
import { publishedBefore } from "../../../subscribers/record-events";

export async function POST({ scope }: MedusaRequest, response: MedusaResponse) {
  response.json({ events: await publishedBefore(scope.resolve(Modules.EVENT_BUS)) });
}
