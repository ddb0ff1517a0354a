// A route of the project: responds with the key of the request, and with what `authenticate` returns for other tokens meanwhile.

import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http";
import { Modules } from "@medusajs/framework/utils";

export async function GET(request: MedusaRequest, response: MedusaResponse) {
  const { apiKey } = request as { apiKey?: { id: string; scopes?: string[] } };
  const other = request.query.other;
  const found = other ? await request.scope.resolve(Modules.API_KEY).authenticate(String(other)) : null;
  response.json({ key: apiKey?.id ?? null, scopes: apiKey?.scopes ?? null, other: found });
}

export async function POST(_request: MedusaRequest, response: MedusaResponse) {
  response.json({ written: true });
}
