import { isIP } from "node:net";
import type { ApiKey, ApiKeyDemand } from "../../index";
import { ApiKeyError } from "../errors";
import { type Credentials, readCredentials } from "./credentials";
import { type ApiKeyGuardOptions, checkedOptions } from "./options";
import { type Refusal, type RefusalResponse, refusalResponse } from "./refusal";
import type { ApiKeyVerifier } from "./verifier";

/** What a guard decides about a request. */
// SECURITY: both members are always own members: an absent one would be read from a polluted `Object.prototype`.
export type Verdict = { key: ApiKey; refused: null } | { key: null; refused: RefusalResponse };

/** What a guard reads of a request, beside its address. */
export interface Presented {
  authorization: unknown;
  apiKey: unknown;
}

/** The verdict without its form. */
export type Judgement = { key: ApiKey; refusal: null } | { key: null; refusal: Refusal };

const REJECTED_ALIKE = ["unknown", "revoked", "expired"];
const DEFAULT_REALM = "api";

/**
 * Checks the arguments of a guard, and returns the function that decides about requests. `addressOf` returns the client's
 * address unless the option `ip` does.
 */
export function makeGuard<Request>(
  service: ApiKeyVerifier,
  options: ApiKeyGuardOptions<Request>,
  addressOf: (request: Request) => unknown,
): (request: Request, presented: Presented) => Promise<Verdict> {
  if (typeof service?.verify !== "function") {
    throw new ApiKeyError("invalid_argument", "requireApiKey needs a service with a method verify");
  }
  const given = checkedOptions("requireApiKey", options);
  const { scopes = [], ownerType, realm = DEFAULT_REALM, ip: ipOf = addressOf, onUnavailable } = given;
  // A copy: a list that changes later must not change what is demanded.
  const demand: ApiKeyDemand = { ...(scopes.length > 0 && { scopes: [...scopes] }) };
  if (ownerType !== undefined) {
    demand.owner_type = ownerType;
  }
  return async (request, { authorization, apiKey }) => {
    const { key, refusal } = await judge(service, readCredentials(authorization, apiKey), {
      ...demand,
      ip: ipAddress(ipOf(request)),
    }).catch((error: unknown): Judgement => {
      if (!isOutage(error)) {
        throw error;
      }
      notify(onUnavailable, error);
      return refusedAs({ kind: "unavailable" });
    });
    return refusal === null ? { key, refused: null } : { key: null, refused: refusalResponse(refusal, realm) };
  };
}

/** Verifies credentials. Rejects if that is impossible. */
export async function judge(
  service: ApiKeyVerifier,
  credentials: Credentials,
  demand: ApiKeyDemand,
): Promise<Judgement> {
  if (credentials.kind !== "token") {
    return refusedAs({ kind: credentials.kind === "none" ? "missing" : "conflict" });
  }
  const verification = await service.verify(credentials.token, demand);
  if (verification.valid === true) {
    return { key: verification.key, refusal: null };
  }
  return refusedAs(refusalOf(verification.reason, demand));
}

/** Returns the judgement that refuses a request. */
export function refusedAs(refusal: Refusal): Judgement {
  return { key: null, refusal };
}

/** Returns whether an error means that the database cannot be asked, rather than that the call was wrong. */
export function isOutage(error: unknown): boolean {
  return ["database_error", "unexpected_state"].includes(Object(error).type);
}

/** Returns an address without its zone; `undefined` for what is no address, which keys with `allowed_ips` do not accept. */
export function ipAddress(value: unknown): string | undefined {
  const address = typeof value === "string" ? value.replace(/%.*$/s, "") : "";
  return isIP(address) === 0 ? undefined : address;
}

/** Calls the function for an outage. The response does not wait for it, and its failure must not end the process. */
function notify(onUnavailable: ApiKeyGuardOptions["onUnavailable"], error: unknown): void {
  const called = async () => onUnavailable?.(error);
  called().catch(() => undefined);
}

function refusalOf(reason: string, demand: ApiKeyDemand): Refusal {
  if (REJECTED_ALIKE.includes(reason)) {
    return { kind: "invalid" };
  }
  if (reason === "ip_not_allowed" || reason === "wrong_owner_type") {
    return { kind: reason };
  }
  return { kind: "insufficient_scope", scopes: demand.scopes ?? [] };
}
