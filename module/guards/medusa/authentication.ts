import { memberOf } from "../../members";
import {
  authorizationOf,
  basicToken,
  type Credentials,
  headerToken,
  isSecret,
  mentionsSecret,
  readCredentials,
} from "../credentials";
import { Attempt, clientAddress, isRestricted } from "./attempt";
import { demandedScopes } from "./demand";
import { refuse } from "./replies";
import { type AdminMiddleware, type AdminRequest, type AdminResponse, admittingService, type Next } from "./types";

/** The options of `scopedAdminKeys`. */
export interface ScopedAdminKeysOptions {
  /**
   * The ids of the RBAC roles that requests with restricted keys have, where Medusa's feature flag `rbac` is on. A key
   * then may do what both its scopes and these roles permit. Default: none, with which Medusa refuses every route that
   * has policies, as it does for unrestricted keys.
   */
  roles?: readonly string[];
  /** Returns the client's address, by which keys with `allowed_ips` are checked. Default: Express's `request.ip`. */
  ip?: (request: AdminRequest) => string | null | undefined;
}

/** The scopes with which each request was admitted. */
const ADMITTED = new WeakMap<AdminRequest, readonly string[] | null>();

/** Returns Medusa's authentication of `/admin`, which then also admits restricted keys that have the demanded scope. */
export function admitting(authenticate: AdminMiddleware, options: ScopedAdminKeysOptions): AdminMiddleware {
  return (request, response, next) => {
    const service = admittingService(request);
    const credentials = secretCredentials(request);
    if (service === null || credentials.kind === "none") {
      return authenticate(request, response, next);
    }
    if (credentials.kind === "conflict") {
      return refuse(response, { kind: "conflict" });
    }
    const attempt = new Attempt(service, credentials.token, request, clientAddress(request, options.ip));
    response.once("close", () => {
      attempt.open = false;
    });
    const instead = standIn(response, (status, body) => {
      attempt.respond(response, status, body).catch(next);
    });
    const proceed: Next = (error) => {
      admit(attempt, request, options);
      next(error);
    };
    const asked = () => service.admissions_.run(attempt, () => authenticate(request, instead, proceed));
    const isReadByMedusa = basicToken(request.headers.authorization) !== undefined;
    return isReadByMedusa ? asked() : presentAsBasic(attempt, request).then(asked).catch(next);
  };
}

/**
 * Refuses an admitted request whose method or path was changed after its authentication. Runs before the project's other
 * middlewares, which may respond, and directly in front of every route.
 */
export const confirmAdmission: AdminMiddleware = (request, response, next) => {
  const admitted = ADMITTED.get(request);
  if (admitted === undefined || areEqual(admitted, demandedScopes(request))) {
    return next();
  }
  return refuse(response, { kind: "insufficient_scope", scopes: [] });
};

function areEqual(some: readonly string[] | null, others: readonly string[] | null): boolean {
  return some?.join(" ") === others?.join(" ");
}

function secretCredentials(request: AdminRequest): Credentials {
  const inHeader = headerToken(memberOf(request.headers, "x-api-key"));
  const credentials = readCredentials(
    authorizationOf(request),
    inHeader !== undefined && mentionsSecret(inHeader) ? inHeader : undefined,
  );
  // A JWT, which Medusa verifies.
  return credentials.kind === "token" && !isSecret(credentials.token) ? { kind: "none" } : credentials;
}

/** Presents a restricted key as `Basic`, the one form that Medusa reads. It goes on to reject others in other forms. */
async function presentAsBasic(attempt: Attempt, { headers }: AdminRequest): Promise<void> {
  const key = await attempt.verify().catch(() => null);
  if (key !== null && isRestricted(key)) {
    headers.authorization = `Basic ${attempt.token}`;
  }
}

function admit(attempt: Attempt, request: AdminRequest, { roles }: ScopedAdminKeysOptions): void {
  const { key } = attempt;
  if (key === null) {
    return;
  }
  ADMITTED.set(request, attempt.scopes);
  request.apiKey = key;
  if (roles !== undefined && request.auth_context !== undefined) {
    request.auth_context.app_metadata = { ...request.auth_context.app_metadata, roles: [...roles] };
  }
}

/** Returns a response that passes on what is sent with `status(code).json(body)`, and otherwise is the given one. */
function standIn(response: AdminResponse, send: (status: number, body: unknown) => void): AdminResponse {
  let status = 200;
  const instead: AdminResponse = Object.create(response, {
    status: {
      value: (code: number) => {
        status = code;
        return instead;
      },
    },
    json: {
      value: (body: unknown) => {
        send(status, body);
        return instead;
      },
    },
  });
  return instead;
}
