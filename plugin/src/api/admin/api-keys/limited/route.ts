import type { AuthenticatedMedusaRequest, MedusaResponse } from "@medusajs/framework/http";
import { createApiKeysWorkflow } from "@medusajs/medusa/core-flows";
import { refuseLentRoles } from "../../../../keys/lent-roles";
import type { AdminCreateLimitedApiKeyBody } from "../validators";

/** Creates a key with an end, scopes, addresses, an owner or metadata, whose token only this response contains. */
export const POST = async (
  request: AuthenticatedMedusaRequest<AdminCreateLimitedApiKeyBody>,
  response: MedusaResponse,
): Promise<void> => {
  await refuseLentRoles(request, request.validatedBody);
  // Medusa's own workflow, so that the hooks of the shop run. It passes all members to the module.
  const { result } = await createApiKeysWorkflow(request.scope).run({
    input: { api_keys: [{ ...request.validatedBody, created_by: request.auth_context.actor_id }] },
  });
  response.setHeader("Cache-Control", "no-store");
  response.status(200).json({ api_key: result[0] });
};
