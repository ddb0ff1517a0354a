// Members that resemble an expiration or a restriction, and the error about an unknown member.

export const ENDS = [
  "expires_at",
  "expiresAt",
  "expiresIn",
  "expires",
  "expiry",
  "expiration",
  "ttl",
  "valid_until",
  "not_after",
];

export const SCOPES = ["Scopes", "scope", "permissions", "roles", "ownerId", "allowedIps", "ip"];

/** Matches the message about an unknown member of this name. */
export const unknown = (name: string) => new RegExp(`^unknown member "${name}" of `);
