import type { IncomingMessage, ServerResponse } from "node:http";
import { memberOf } from "../members";
import { authorizationOf } from "./credentials";
import { makeGuard } from "./guard";
import type { ApiKeyGuardOptions } from "./options";
import type { RequestWithApiKey } from "./request";
import type { ApiKeyVerifier } from "./verifier";

export type { ApiKeyGuardOptions } from "./options";
export type { ApiKeyVerifier } from "./verifier";

/** A request of Express or Connect. */
export type ExpressRequest = IncomingMessage &
  RequestWithApiKey & {
    /** The client's address, as Express determines it. */
    ip?: string | undefined;
  };

/** A middleware of Express and Connect. */
export type ExpressGuard = (
  request: ExpressRequest,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => Promise<void>;

/**
 * Returns a middleware for Express and Connect that accepts requests with a valid API key and sets `request.apiKey`.
 *
 * It responds to others with 400, 401, 403 or 503 and `application/problem+json`.
 *
 * @param service - The service that verifies tokens.
 * @param options - The scopes and the owner type that a key must have, and where the client's address comes from.
 * @throws ApiKeyError `invalid_argument` if an option is unknown or invalid; the message names it.
 *
 * @example
 * app.get("/products", requireApiKey(keys, { scopes: ["products:read"] }), (request, response) => {
 *   response.json({ owner: request.apiKey?.owner })
 * })
 */
export function requireApiKey(service: ApiKeyVerifier, options: ApiKeyGuardOptions<ExpressRequest> = {}): ExpressGuard {
  const decide = makeGuard(service, options, (request) => memberOf(request, "ip") ?? request.socket.remoteAddress);
  return async (request, response, next) => {
    try {
      const [authorization, apiKey] = [authorizationOf(request), memberOf(request.headers, "x-api-key")];
      const { key, refused } = await decide(request, { authorization, apiKey });
      if (refused !== null) {
        response.statusCode = refused.status;
        for (const [name, value] of Object.entries(refused.headers)) {
          response.setHeader(name, value);
        }
        response.end(refused.body);
        return;
      }
      request.apiKey = key;
    } catch (error) {
      next(error);
      return;
    }
    next();
  };
}
