import type { ApiKey } from "../../index";
import { memberOf } from "../members";
import { makeGuard } from "./guard";
import type { ApiKeyGuardOptions } from "./options";
import type { ApiKeyVerifier } from "./verifier";

export type { ApiKeyGuardOptions } from "./options";
export type { ApiKeyVerifier } from "./verifier";

// biome-ignore lint/suspicious/noTsIgnore: an error only where hono is absent, as in a build of this package alone
// @ts-ignore: without hono, there is nothing to augment
declare module "hono" {
  interface ContextVariableMap {
    /** The verified key, behind `requireApiKey`. */
    apiKey: ApiKey;
  }
}

/** What the guard uses of a context of Hono. */
export interface GuardedHonoContext {
  /** The request. */
  req: {
    /** Returns a header. */
    header(name: string): string | undefined;
  };
  /** What the runtime provides; `@hono/node-server` has the connection there. */
  env: unknown;
  /** Sets the variable with the verified key. */
  set(name: "apiKey", key: ApiKey): void;
  /** Returns a response. */
  // biome-ignore lint/suspicious/noExplicitAny: Hono's statuses are a union of numbers
  body(body: string, status: any, headers: Record<string, string>): Response;
}

/** A middleware of Hono. */
export type HonoGuard = (context: GuardedHonoContext, next: () => Promise<void>) => Promise<Response | undefined>;

/**
 * Returns a middleware for Hono that accepts requests with a valid API key and sets the variable `apiKey`.
 *
 * It responds to others with 400, 401, 403 or 503 and `application/problem+json`. The client's address is known with
 * `@hono/node-server`; elsewhere, keys with `allowed_ips` need the option `ip`.
 *
 * @param service - The service that verifies tokens.
 * @param options - The scopes and the owner type that a key must have, and where the client's address comes from.
 * @throws ApiKeyError `invalid_argument` if an option is unknown or invalid; the message names it.
 *
 * @example
 * app.get("/products", requireApiKey(keys, { scopes: ["products:read"] }), (c) => {
 *   return c.json({ owner: c.get("apiKey").owner })
 * })
 */
export function requireApiKey(
  service: ApiKeyVerifier,
  options: ApiKeyGuardOptions<GuardedHonoContext> = {},
): HonoGuard {
  const decide = makeGuard(service, options, nodeAddress);
  return async (context, next) => {
    const [authorization, apiKey] = [context.req.header("authorization"), context.req.header("x-api-key")];
    const { key, refused } = await decide(context, { authorization, apiKey });
    if (refused !== null) {
      return context.body(refused.body, refused.status, refused.headers);
    }
    context.set("apiKey", key);
    await next();
    return undefined;
  };
}

/** The address of the connection, with `@hono/node-server`. */
function nodeAddress({ env }: GuardedHonoContext): unknown {
  return memberOf(memberOf(memberOf(env, "incoming"), "socket"), "remoteAddress");
}
