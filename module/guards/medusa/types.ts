import type { IncomingMessage } from "node:http";
import type { ApiKey, ApiKeyDemand, RefusalReason, Verification } from "../../../index";
import type { Admissions } from "../../admissions";
import type { RequestWithApiKey } from "../request";
import type { ApiKeyVerifier } from "../verifier";

/** What the guard uses of a request of Medusa. */
export interface AdminRequest extends IncomingMessage, RequestWithApiKey {
  /** The method, in upper case. */
  method: string;
  /** Where Express mounted the middleware: `/admin`, as the client wrote it. */
  baseUrl: string;
  /** The rest of the path. */
  path: string;
  /** The URL as the client sent it. */
  originalUrl: string;
  /** The client's address, as Express determines it. */
  ip?: string | undefined;
  /** Medusa's container for this request. */
  scope: {
    /** Returns what is registered under a name. */
    resolve(name: string): unknown;
  };
  /** The actor that Medusa has authenticated. */
  auth_context?: {
    /** The actor's id. */
    actor_id?: string;
    /** Medusa's data about the actor, such as its roles. */
    app_metadata?: Record<string, unknown>;
  };
}

/** What the guard uses of a response of Medusa. */
export interface AdminResponse {
  status(code: number): AdminResponse;
  json(body: unknown): unknown;
  setHeader(name: string, value: string): unknown;
  once(event: "close", listener: () => void): unknown;
}

export type Next = (error?: unknown) => void;

/** A middleware of Medusa. */
export type AdminMiddleware = (request: AdminRequest, response: AdminResponse, next: Next) => unknown;

/** The service of this package in Medusa's container. */
export interface AdmittingService extends ApiKeyVerifier {
  readonly admissions_: Admissions;
  /** Verifies a token; a key that satisfies the demand is refused for what `objection` returns, if not for `null`. */
  verifyWith_(
    token: string,
    demand: ApiKeyDemand | undefined,
    objection: (key: ApiKey) => RefusalReason | null,
  ): Promise<Verification>;
}

/** Returns the service, or `null` if another module keeps the shop's keys. */
export function admittingService(request: AdminRequest): AdmittingService | null {
  const service = request.scope.resolve("api_key") as Partial<AdmittingService> | null;
  return typeof service?.verifyWith_ === "function" && service.admissions_ ? (service as AdmittingService) : null;
}
