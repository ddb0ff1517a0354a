// The part of an answer that all contenders share, and the contenders' names.

/** The contenders' names in the figures. */
export const NAMES = {
  stock: "stock",
  strict: "this package, strict",
  leased: "this package, leased",
  sha256: "this package, sha256",
  sha256Warm: "this package, sha256, warm",
  sha256Leased: "this package, sha256, leased",
  client: "pg, one connection",
  pool: "pg, a pool",
  get: "libsql, prepared get",
  jwtCached: "fast-jwt HS256, cached (cannot be revoked)",
  jwt: "fast-jwt HS256 (cannot be revoked)",
  eddsaCached: "fast-jwt EdDSA, cached (cannot be revoked)",
  eddsa: "fast-jwt EdDSA (cannot be revoked)",
  jsonwebtoken: "jsonwebtoken HS256 (cannot be revoked)",
  betterAuthRead: "Better Auth's way without its UPDATE",
  betterAuth: "Better Auth's way",
  verifyStrict: "verify, a restricted key, strict",
  verifyLeased: "verify, a restricted key, leased",
  connect: "pg, connect and SELECT",
};

// Without `token` and `salt`, which stock returns hashed and this package does not, and `last_used_at`, which stock never writes.
const COMPARED = [
  ...["id", "redacted", "title", "type", "created_by", "revoked_by"],
  ...["revoked_at", "created_at", "updated_at", "deleted_at"],
];
const TIMES = ["revoked_at", "created_at", "updated_at", "deleted_at"];

/** Reduces a key or a row to the compared columns; returns `false` for a falsy answer. */
export function keyView(answer) {
  if (!answer) return false;
  return Object.fromEntries(
    COMPARED.map((name) => {
      const value = answer[name];
      // SQLite drivers return times as strings.
      return [name, TIMES.includes(name) && typeof value === "string" ? new Date(value) : value];
    }),
  );
}

/** Filters out contenders that this build lacks: without leases there is no leased one. */
export function present(contenders) {
  return contenders.filter(({ service }) => service !== null);
}
