import { hasPermission } from "@medusajs/framework";
import type { AuthenticatedMedusaRequest } from "@medusajs/framework/http";
import { MedusaError } from "@medusajs/framework/utils";

/** The members that make a key a restricted one, to which `scopedAdminKeys({ roles })` lends roles. */
const LIMITS = ["scopes", "allowed_ips", "owner", "purpose"];

/**
 * Rejects a request that would hand out the token of a restricted key, unless the caller could assign itself any role.
 *
 * SECURITY: with RBAC, `scopedAdminKeys({ roles })` lends roles to restricted keys. Without this check, a user who may
 * only create keys would get those roles by creating one. A restricted key that calls has them already, and grants no
 * more than its own scopes.
 *
 * @throws MedusaError `forbidden` if the caller may not update roles.
 */
export async function refuseLentRoles(request: AuthenticatedMedusaRequest, key: object): Promise<void> {
  // SECURITY: an own member, because a member of a polluted `Object.prototype` must not pass for a restricted key.
  const isRestrictedCaller = Object.hasOwn(request, "apiKey");
  const isRestricted = LIMITS.some((name) => Object(key)[name] !== undefined && Object(key)[name] !== null);
  if (isRestrictedCaller || !isRestricted) {
    return;
  }
  const { roles } = Object(request.auth_context?.app_metadata) as { roles?: string[] };
  const actions = { resource: "rbac_role", operation: "update" };
  // Without RBAC this is true.
  if (!(await hasPermission({ roles: roles ?? [], actions, container: request.scope }))) {
    throw new MedusaError(
      MedusaError.Types.FORBIDDEN,
      "A key with limits may get roles of RBAC, so creating or rolling one needs the policy rbac_role:update",
    );
  }
}
