import type { ApiKeyDemand } from "./types";

/** A demand in the form that the native function takes. */
export interface SimpleDemand {
  /** The scopes, separated by spaces. */
  scopes: string | undefined;
  scopeCount: number;
  ip: string | undefined;
  ownerType: string | undefined;
}

/** The number of scopes that a demand may have. */
const MAX_SCOPES = 100;

/** The length of its scopes together. */
const MAX_SCOPES_LENGTH = 1 << 20;

const NO_DEMAND: SimpleDemand = { scopes: undefined, scopeCount: 0, ip: undefined, ownerType: undefined };

/**
 * A demand that the cache may answer; null for one that is invalid or unusual. Rust checks the demand in full when it
 * reads the database, so nothing is judged here.
 */
export function simpleDemand(demand: unknown): SimpleDemand | null {
  if (demand === undefined) {
    return NO_DEMAND;
  }
  if (typeof demand !== "object" || demand === null) {
    return null;
  }
  // SECURITY: what a promise, a map or an instance of a class demands is not in its members.
  const prototype: unknown = Object.getPrototypeOf(demand);
  if (prototype !== null && prototype !== Object.prototype) {
    return null;
  }
  for (const name in demand) {
    if (name !== "scopes" && name !== "ip" && name !== "owner_type") {
      return null;
    }
  }
  const { scopes, owner_type: ownerType } = demand as Record<string, unknown>;
  const ip = addressIn(demand);
  // SECURITY: Rust rejects scopes and owner types that are undefined; a missing address cannot widen a key.
  if (!isOptionalString(ip) || !isOptionalString(ownerType) || isUndefined("owner_type", demand)) {
    return null;
  }
  if (isUndefined("scopes", demand)) {
    return null;
  }
  if (scopes === undefined || (Array.isArray(scopes) && scopes.length === 0)) {
    return { scopes: undefined, scopeCount: 0, ip, ownerType };
  }
  if (!Array.isArray(scopes) || scopes.length > MAX_SCOPES || !scopes.every((scope) => typeof scope === "string")) {
    return null;
  }
  if (scopes.reduce((length, scope) => length + scope.length, 0) > MAX_SCOPES_LENGTH) {
    return null;
  }
  return { scopes: scopes.join(" "), scopeCount: scopes.length, ip, ownerType };
}

/** The address of a demand. */
// SECURITY: of members that a polluted `Object.prototype` adds, this one alone would widen a key.
export function addressIn(demand: object): unknown {
  return Object.hasOwn(demand, "ip") ? (demand as { ip?: unknown }).ip : undefined;
}

function isUndefined(name: keyof ApiKeyDemand, demand: ApiKeyDemand): boolean {
  return demand[name] === undefined && name in demand;
}

function isOptionalString(value: unknown): value is string | undefined {
  return value === undefined || typeof value === "string";
}
