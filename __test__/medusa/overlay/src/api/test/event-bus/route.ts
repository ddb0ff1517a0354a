// Lets the shop's event bus fail, or work again.

import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http";
import { Modules } from "@medusajs/framework/utils";

export async function POST({ body, scope }: MedusaRequest<{ fails: boolean }>, response: MedusaResponse) {
  const bus = scope.resolve(Modules.EVENT_BUS) as { emit?: unknown };
  if (body.fails) {
    bus.emit = async () => {
      throw new Error("The event bus is away.");
    };
  } else {
    delete bus.emit;
  }
  response.json({});
}
