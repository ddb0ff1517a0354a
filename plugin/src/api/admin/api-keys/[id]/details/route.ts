import type { AuthenticatedMedusaRequest, MedusaResponse } from "@medusajs/framework/http";
import { findActors } from "../../../../../keys/actors";
import { apiKeyService } from "../../../../../keys/service";

/** Returns what Medusa's own route omits of a key: its limits, and who created and revoked it. */
export const GET = async (request: AuthenticatedMedusaRequest, response: MedusaResponse): Promise<void> => {
  const { token: _, ...key } = await apiKeyService(request.scope).retrieveApiKey(request.params.id as string);
  const actors = await findActors(request, [key.created_by, key.revoked_by]);
  const actor = (id: string | null) => (id === null ? null : (actors.get(id) ?? null));
  response.status(200).json({ api_key: key, creator: actor(key.created_by), revoker: actor(key.revoked_by) });
};
