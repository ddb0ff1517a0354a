import { ApiKeyError } from "../errors";
import { wrapAuthentication } from "./medusa/api-loader";
import { admitting, confirmAdmission, type ScopedAdminKeysOptions } from "./medusa/authentication";
import type { AdminMiddleware } from "./medusa/types";
import { checkedOptions } from "./options";

export type { ScopedAdminKeysOptions } from "./medusa/authentication";
export type { AdminRequest } from "./medusa/types";

/** An element of the `routes` of Medusa's `defineMiddlewares`. */
export interface ScopedAdminKeysRoute {
  /** The path whose requests pass through the middlewares. */
  matcher: string;
  /** The middlewares, in order. */
  // biome-ignore lint/suspicious/noExplicitAny: the types of Medusa's requests are not a dependency
  middlewares: ((request: any, response: any, next: any) => any)[];
}

/**
 * Lets secret keys with scopes into the routes of the Admin API that their scopes name; returns routes for
 * `defineMiddlewares`.
 *
 * GET and HEAD need the scope `<resource>:read`, other methods `<resource>:write`; the resource is the first segment of
 * the path after `/admin`. Routes that show or do what makes an admin need more, see docs/guards.md. Without this guard
 * `authenticate` rejects every restricted key. Unrestricted keys, users and routes without authentication are not
 * affected, unless one request has two different keys.
 *
 * @param options - The roles of restricted keys, and where the client's address comes from.
 * @throws ApiKeyError `invalid_argument` if an option is unknown or invalid, or Medusa is older than 2.8.
 *
 * @example
 * // src/api/middlewares.ts
 * export default defineMiddlewares({ routes: [...scopedAdminKeys()] })
 */
export function scopedAdminKeys(options: ScopedAdminKeysOptions = {}): ScopedAdminKeysRoute[] {
  // Copies: an array or options that change later must change neither roles nor addresses.
  const given = checkedOptions("scopedAdminKeys", options, ["roles", "ip"]);
  if (given.roles !== undefined) {
    given.roles = checkedRoles(given.roles);
  }
  wrapAuthentication((authenticate: AdminMiddleware) => admitting(authenticate, given), confirmAdmission);
  return [{ matcher: "/admin", middlewares: [confirmAdmission] }];
}

function checkedRoles(roles: unknown): string[] {
  const copy: unknown[] = Array.isArray(roles) ? Array.from(roles) : [null];
  if (!copy.every((role): role is string => typeof role === "string" && role !== "")) {
    throw new ApiKeyError("invalid_argument", "The option roles of scopedAdminKeys must be an array of ids");
  }
  return copy;
}
