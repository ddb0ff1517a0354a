import {
  type MedusaNextFunction,
  type MedusaRequest,
  type MedusaResponse,
  type MiddlewareRoute,
  validateAndTransformBody,
} from "@medusajs/framework/http";
import { apiKeyService } from "../../../keys/service";
import { AdminCreateLimitedApiKey, AdminRollApiKey } from "./validators";

/** The names of Medusa's own policies for keys. */
const policy = (operation: "create" | "read" | "update") => ({ resource: "api_key", operation });

function requireModule(request: MedusaRequest, _response: MedusaResponse, next: MedusaNextFunction): void {
  apiKeyService(request.scope);
  next();
}

/** The validation and the policies of the routes below /admin/api-keys. */
export const apiKeyMiddlewares: MiddlewareRoute[] = [
  {
    method: ["GET"],
    matcher: "/admin/api-keys/:id/details",
    middlewares: [requireModule],
    policies: [policy("read")],
  },
  {
    method: ["POST"],
    matcher: "/admin/api-keys/limited",
    middlewares: [requireModule, validateAndTransformBody(AdminCreateLimitedApiKey)],
    policies: [policy("create")],
  },
  {
    method: ["POST"],
    matcher: "/admin/api-keys/:id/roll",
    middlewares: [requireModule, validateAndTransformBody(AdminRollApiKey)],
    // It creates a key, and revokes another, for which Medusa asks the permission to update.
    policies: [policy("create"), policy("update")],
  },
];
