import { isScope } from "../options";

const READING = ["GET", "HEAD"];

/** A demand that only a key with all scopes satisfies, and a key without scopes. */
export const EVERYTHING = "*:*";

/**
 * What a read of these resources needs, instead of `read`.
 *
 * SECURITY: Medusa returns tokens of invitations, with which anybody becomes an admin, and notifications hold the links
 * that were sent with such tokens.
 */
const SECRETS = ["invites", "notifications"];

/** The resource whose routes run any workflow with any input, and show what all workflows return, such as new tokens. */
const WORKFLOWS = "workflows-executions";

/** What reading a field of invitations needs, from whatever resource they are reached. */
const INVITES = "invites:write";

/** What decides which route handles a request. */
interface Routed {
  method: string;
  /** Where Express mounted the middleware. */
  baseUrl: string;
  /** The rest of the path. */
  path: string;
  /** As the client sent it. */
  originalUrl: string;
}

/**
 * Returns the scopes that a request to the Admin API needs, all of them, or `null` if no scope permits the request.
 *
 * The resource is the first segment after `/admin`, as the router compares it: in any case, and not decoded.
 */
export function demandedScopes({ method, baseUrl, path, originalUrl }: Routed): readonly string[] | null {
  const resource = resourceOf(`${baseUrl}${path}`);
  const [sentPath = "", ...query] = originalUrl.split("?");
  // SECURITY: Express drops a slash after its mount path, and a middleware may rewrite the URL. Where that names another
  // resource than the client did, or none, the route that will match is not certain.
  if (resource === null || resource !== resourceOf(sentPath)) {
    return null;
  }
  const scope = resource === WORKFLOWS ? EVERYTHING : `${resource}:${actionOf(method, resource)}`;
  if (!isScope(scope)) {
    return null;
  }
  return expandsInvites(query.join("?")) && scope !== INVITES ? [scope, INVITES] : [scope];
}

function actionOf(method: string, resource: string): string {
  return READING.includes(method) && !SECRETS.includes(resource) ? "read" : "write";
}

/** Returns whether `fields` selects something of invitations, which with RBAC are linked to roles, and these to users. */
function expandsInvites(query: string): boolean {
  return [...new URLSearchParams(query)].some(([name, value]) => /^\W*fields\b/.test(name) && /invite/i.test(value));
}

function resourceOf(path: string): string | null {
  const [before, root, resource = ""] = path.split("/");
  const isNamed = before === "" && root?.toLowerCase() === "admin" && /^[\w.-]+$/.test(resource);
  return isNamed ? resource.toLowerCase() : null;
}
