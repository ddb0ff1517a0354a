import { hasPermission } from "@medusajs/framework";
import type { AuthenticatedMedusaRequest } from "@medusajs/framework/http";
import { Modules } from "@medusajs/framework/utils";
import { apiKeyService } from "./service";

/** Who created or revoked a key. */
export interface Actor {
  /** As the key has it. */
  id: string;
  /** `unknown` if there is neither a user nor a key with this id, or the caller may not read users. */
  type: "user" | "api_key" | "unknown";
  /** The user's name, or the key's title. */
  name: string | null;
  /** The user's email address. */
  email: string | null;
}

const READING_USERS = ["users:read", "users:*", "*:read", "*:*"];

/**
 * Returns the actors with these ids, deleted ones included. Users are named only to callers that may read users: by the
 * roles of RBAC, and by the scopes of a restricted key.
 */
export async function findActors(
  request: AuthenticatedMedusaRequest,
  ids: readonly (string | null)[],
): Promise<Map<string, Actor>> {
  const wanted = [...new Set(ids.filter((id) => id !== null && id !== ""))] as string[];
  const actors = new Map<string, Actor>(
    wanted.map((id) => [id, { id, type: "unknown", name: null, email: null } as const]),
  );
  if (wanted.length === 0) {
    return actors;
  }
  const page = { take: wanted.length, withDeleted: true };
  const keys = await apiKeyService(request.scope).listApiKeys({ id: wanted }, { select: ["id", "title"], ...page });
  for (const { id, title } of keys) {
    actors.set(id, { id, type: "api_key", name: title, email: null });
  }
  if (await mayReadUsers(request)) {
    const select = ["id", "email", "first_name", "last_name"] as ("id" | "email" | "first_name" | "last_name")[];
    const users = await request.scope.resolve(Modules.USER).listUsers({ id: wanted }, { select, ...page });
    for (const { id, email, first_name, last_name } of users) {
      const name = [first_name, last_name].filter(Boolean).join(" ");
      actors.set(id, { id, type: "user", name: name === "" ? null : name, email });
    }
  }
  return actors;
}

async function mayReadUsers(request: AuthenticatedMedusaRequest): Promise<boolean> {
  // Set by scopedAdminKeys if the request presents a restricted key.
  const { scopes } = Object((request as { apiKey?: unknown }).apiKey) as { scopes?: readonly string[] };
  if (scopes !== undefined && !scopes.some((scope) => READING_USERS.includes(scope))) {
    return false;
  }
  const { roles } = Object(request.auth_context?.app_metadata) as { roles?: string[] };
  // Without RBAC, or without roles in a request that RBAC's policies did not refuse, this is true.
  return hasPermission({
    roles: roles ?? [],
    actions: { resource: "user", operation: "read" },
    container: request.scope,
  });
}
