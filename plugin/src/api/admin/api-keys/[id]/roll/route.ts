import type { AuthenticatedMedusaRequest, MedusaResponse } from "@medusajs/framework/http";
import { refuseLentRoles } from "../../../../../keys/lent-roles";
import { apiKeyService } from "../../../../../keys/service";
import { rollApiKeyWorkflow } from "../../../../../workflows/roll-api-key";
import type { AdminRollApiKeyBody } from "../../validators";

/** Replaces a key by a new one, whose token only this response contains. */
export const POST = async (
  request: AuthenticatedMedusaRequest<AdminRollApiKeyBody>,
  response: MedusaResponse,
): Promise<void> => {
  const id = request.params.id as string;
  await refuseLentRoles(request, await apiKeyService(request.scope).retrieveApiKey(id));
  const { result } = await rollApiKeyWorkflow(request.scope).run({
    input: { id, actor_id: request.auth_context.actor_id, ...request.validatedBody },
  });
  response.setHeader("Cache-Control", "no-store");
  response.status(200).json({ api_key: result.created, revoked_api_key: result.revoked });
};
