import type { ApiKey, ApiKeyAttributes } from "./types";

/**
 * Adds a copy of attributes to a key: a row from the cache is decoded many times, and each caller may change its key.
 * Assigns one member after the other, because spreading takes longer than all the rest of decoding a row.
 */
export function addCopy(key: ApiKey, { scopes, owner, metadata, allowed_ips, purpose }: ApiKeyAttributes): ApiKey {
  if (scopes !== undefined) {
    key.scopes = scopes.slice();
  }
  if (owner !== undefined) {
    key.owner = { type: owner.type, id: owner.id };
  }
  if (metadata !== undefined) {
    key.metadata = structuredClone(metadata);
  }
  if (allowed_ips !== undefined) {
    key.allowed_ips = allowed_ips.slice();
  }
  if (purpose !== undefined) {
    key.purpose = purpose;
  }
  return key;
}
