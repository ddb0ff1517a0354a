import type { ApiKey } from "../../index";
import { memberOf } from "../members";
import { authorizationOf } from "./credentials";
import { makeGuard } from "./guard";
import type { ApiKeyGuardOptions } from "./options";
import type { ApiKeyVerifier } from "./verifier";

export type { ApiKeyGuardOptions } from "./options";
export type { ApiKeyVerifier } from "./verifier";

// biome-ignore lint/suspicious/noTsIgnore: an error only where fastify is absent, as in a build of this package alone
// @ts-ignore: without fastify, there is nothing to augment
declare module "fastify" {
  interface FastifyRequest {
    /** The verified key, behind `requireApiKey`. */
    apiKey?: ApiKey;
  }
}

/** What the guard reads of a request of Fastify. */
export interface GuardedFastifyRequest {
  /** The headers, by lower-case name. */
  headers: Record<string, string | string[] | undefined>;
  /** Node's request. */
  raw?: {
    /** All values of each header. */
    headersDistinct?: {
      /** The values of `Authorization`. */
      authorization?: string[] | undefined;
    };
  };
  /** The client's address, as Fastify determines it. */
  ip: string;
  /** The verified key, which the guard sets. */
  apiKey?: ApiKey;
}

/** What the guard calls of a reply of Fastify. */
export interface GuardedFastifyReply {
  /** Sets the status. */
  code(status: number): unknown;
  /** Sets headers. */
  headers(values: Record<string, string>): unknown;
  /** Sends the body. */
  send(body: string): unknown;
}

/** A hook of Fastify, for `onRequest` or `preHandler`. */
export type FastifyGuard = (request: GuardedFastifyRequest, reply: GuardedFastifyReply) => Promise<unknown>;

/**
 * Returns a hook for Fastify that accepts requests with a valid API key and sets `request.apiKey`.
 *
 * It responds to others with 400, 401, 403 or 503 and `application/problem+json`. As `onRequest` it runs before the body
 * is read.
 *
 * @param service - The service that verifies tokens.
 * @param options - The scopes and the owner type that a key must have, and where the client's address comes from.
 * @throws ApiKeyError `invalid_argument` if an option is unknown or invalid; the message names it.
 *
 * @example
 * app.get("/products", { onRequest: requireApiKey(keys, { scopes: ["products:read"] }) }, (request) => {
 *   return { owner: request.apiKey?.owner }
 * })
 */
export function requireApiKey(
  service: ApiKeyVerifier,
  options: ApiKeyGuardOptions<GuardedFastifyRequest> = {},
): FastifyGuard {
  const decide = makeGuard(service, options, (request) => memberOf(request, "ip"));
  return async (request, reply) => {
    const authorization = authorizationOf({ headers: request.headers, headersDistinct: request.raw?.headersDistinct });
    const apiKey = memberOf(request.headers, "x-api-key");
    const { key, refused } = await decide(request, { authorization, apiKey });
    if (refused === null) {
      request.apiKey = key;
      return undefined;
    }
    reply.code(refused.status);
    reply.headers(refused.headers);
    return reply.send(refused.body);
  };
}
