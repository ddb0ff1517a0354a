import { isScope } from "../options";

const READING = ["GET", "HEAD"];

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
 * Returns the scope that a request to the Admin API needs, or `null` if no scope permits the request.
 *
 * The resource is the first segment after `/admin`, as the router compares it: in any case, and not decoded.
 */
export function demandedScope({ method, baseUrl, path, originalUrl }: Routed): string | null {
  const resource = resourceOf(`${baseUrl}${path}`);
  // SECURITY: Express drops a slash after its mount path, and a middleware may rewrite the URL. Where that names another
  // resource than the client did, or none, the route that will match is not certain.
  if (resource === null || resource !== resourceOf(originalUrl.split("?", 1)[0] ?? "")) {
    return null;
  }
  const scope = `${resource}:${READING.includes(method) ? "read" : "write"}`;
  return isScope(scope) ? scope : null;
}

function resourceOf(path: string): string | null {
  const [before, root, resource = ""] = path.split("/");
  const isNamed = before === "" && root?.toLowerCase() === "admin" && /^[\w.-]+$/.test(resource);
  return isNamed ? resource.toLowerCase() : null;
}
