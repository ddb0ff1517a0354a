// What of an answer all contenders have in common, and contenders that several scenarios share.

/** The names under which figures are found. */
export const NAMES = {
  stock: "stock",
  strict: "this package, strict",
  leased: "this package, leased",
  client: "pg, one connection",
  pool: "pg, a pool",
  get: "libsql, prepared get",
};

// Not `token` and `salt`, which stock answers hashed and this package never, and not `last_used_at`, which stock never writes.
const COMPARED = [
  ...["id", "redacted", "title", "type", "created_by", "revoked_by"],
  ...["revoked_at", "created_at", "updated_at", "deleted_at"],
];
const TIMES = ["revoked_at", "created_at", "updated_at", "deleted_at"];

/** A key or a row, reduced to the columns that are compared; whatever is no key is `false`. */
export function keyView(answer) {
  if (!answer) return false;
  return Object.fromEntries(
    COMPARED.map((name) => {
      const value = answer[name];
      // SQLite's drivers give times as text.
      return [name, TIMES.includes(name) && typeof value === "string" ? new Date(value) : value];
    }),
  );
}

/** Contenders that are there: a build without leases has no leased one. */
export function present(contenders) {
  return contenders.filter(({ service }) => service !== null);
}
