/** A demand in the form that the native function takes. */
export interface SimpleDemand {
  /** The scopes, separated by spaces. */
  scopes: string | undefined;
  scopeCount: number;
  ip: string | undefined;
  ownerType: string | undefined;
}

const NO_DEMAND: SimpleDemand = { scopes: undefined, scopeCount: 0, ip: undefined, ownerType: undefined };

/**
 * A demand that the cache may answer; null for one that is invalid or unusual. Rust checks the demand in full when it
 * reads the database, so nothing is judged here.
 */
export function simpleDemand(demand: unknown): SimpleDemand | null {
  if (demand === undefined) {
    return NO_DEMAND;
  }
  if (typeof demand !== "object" || demand === null || Array.isArray(demand)) {
    return null;
  }
  for (const name in demand) {
    if (name !== "scopes" && name !== "ip" && name !== "owner_type") {
      return null;
    }
  }
  const { scopes, ip, owner_type: ownerType } = demand as Record<string, unknown>;
  if (!isOptionalString(ip) || !isOptionalString(ownerType)) {
    return null;
  }
  if (scopes === undefined || (Array.isArray(scopes) && scopes.length === 0)) {
    return { scopes: undefined, scopeCount: 0, ip, ownerType };
  }
  if (!Array.isArray(scopes) || !scopes.every((scope) => typeof scope === "string")) {
    return null;
  }
  return { scopes: scopes.join(" "), scopeCount: scopes.length, ip, ownerType };
}

function isOptionalString(value: unknown): value is string | undefined {
  return value === undefined || typeof value === "string";
}
