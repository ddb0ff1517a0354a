import { isIP } from "node:net";
import type { ApiKey, ApiKeyDemand } from "../../index";
import { ApiKeyError } from "../errors";
import { type Credentials, readCredentials } from "./credentials";
import { type ApiKeyGuardOptions, checkOptions } from "./options";
import { type Refusal, type RefusalResponse, refusalResponse } from "./refusal";
import type { ApiKeyVerifier } from "./verifier";

/** What a guard decides about a request. */
export type Verdict = { key: ApiKey; refused?: never } | { key?: never; refused: RefusalResponse };

/** What a guard reads of a request. */
export interface Presented {
  authorization: unknown;
  apiKey: unknown;
  /** The client's address. */
  ip: unknown;
}

/** The verdict without its form. */
export type Judgement = { key: ApiKey } | { refusal: Refusal };

const REJECTED_ALIKE = ["unknown", "revoked", "expired"];
const DEFAULT_REALM = "api";

/** Checks the arguments of a guard, and returns the function that decides about requests. */
export function makeGuard(
  service: ApiKeyVerifier,
  options: ApiKeyGuardOptions<never>,
): (presented: Presented) => Promise<Verdict> {
  if (typeof service?.verify !== "function") {
    throw new ApiKeyError("invalid_argument", "requireApiKey needs a service with a method verify");
  }
  checkOptions("requireApiKey", options);
  const { scopes = [], ownerType, realm = DEFAULT_REALM, onUnavailable } = options;
  // A copy: a list that changes later must not change what is demanded.
  const demand: ApiKeyDemand = { ...(scopes.length > 0 && { scopes: [...scopes] }) };
  if (ownerType !== undefined) {
    demand.owner_type = ownerType;
  }
  return async ({ authorization, apiKey, ip }) => {
    const address = ipAddress(ip);
    const judged = await judge(service, readCredentials(authorization, apiKey), {
      ...demand,
      ...(address !== undefined && { ip: address }),
    }).catch(async (error: unknown): Promise<Judgement> => {
      if (!isOutage(error)) {
        throw error;
      }
      // Awaited, because an unhandled rejection ends the process.
      await onUnavailable?.(error);
      return { refusal: { kind: "unavailable" } };
    });
    return "key" in judged ? judged : { refused: refusalResponse(judged.refusal, realm) };
  };
}

/** Verifies credentials. Rejects if that is impossible. */
export async function judge(
  service: ApiKeyVerifier,
  credentials: Credentials,
  demand: ApiKeyDemand,
): Promise<Judgement> {
  if (credentials.kind !== "token") {
    return { refusal: { kind: credentials.kind === "none" ? "missing" : "conflict" } };
  }
  const verification = await service.verify(credentials.token, demand);
  if (verification.valid === true) {
    return { key: verification.key };
  }
  return { refusal: refusalOf(verification.reason, demand) };
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

function refusalOf(reason: string, demand: ApiKeyDemand): Refusal {
  if (REJECTED_ALIKE.includes(reason)) {
    return { kind: "invalid" };
  }
  if (reason === "ip_not_allowed" || reason === "wrong_owner_type") {
    return { kind: reason };
  }
  return { kind: "insufficient_scope", scopes: demand.scopes ?? [] };
}
