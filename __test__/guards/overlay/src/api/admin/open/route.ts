// A route of the project without authentication.

import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http";

export const AUTHENTICATE = false;

export async function GET(_request: MedusaRequest, response: MedusaResponse) {
  response.json({ open: true });
}
