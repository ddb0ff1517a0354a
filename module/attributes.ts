import type { ApiKeyAttributes } from "./types";

/** A copy of attributes: a row from the cache is decoded many times, and each caller may change its key. */
export function copyOf({ scopes, owner, metadata, allowed_ips, purpose }: ApiKeyAttributes): ApiKeyAttributes {
  return {
    ...(scopes && { scopes: scopes.slice() }),
    ...(owner && { owner: { ...owner } }),
    ...(metadata && { metadata: structuredClone(metadata) }),
    ...(allowed_ips && { allowed_ips: allowed_ips.slice() }),
    ...(purpose !== undefined && { purpose }),
  };
}
