import { ApiKeyError } from "./errors";
import { memberOf } from "./members";

/** The data of a revocation, in which the members that would end less or other keys, or end them later, are own members. */
export function withExtent(data: unknown): unknown {
  return withOwn(data, ["revoke_in", "cascade", "dry_run"]);
}

/** Data in which some members are own members. */
// A `dry_run` that is inherited or not enumerable must not be overlooked, and one of a polluted `Object.prototype` must.
export function withOwn(data: unknown, names: readonly string[]): unknown {
  const given = names.map((name) => [name, memberOf(data, name)]).filter(([, value]) => value !== undefined);
  return given.length === 0 ? data : { ...(data as object), ...Object.fromEntries(given) };
}

/** Whether a revocation returns a list of keys for any target. */
export function isExtended(data: unknown): boolean {
  return memberOf(data, "cascade") === true || memberOf(data, "dry_run") === true;
}

/** Rejects a token that is not a string: a mistake must not look like a revocation. */
export function checkedToken(token: unknown): string {
  if (typeof token !== "string") {
    const found = token === null ? "null" : typeof token;
    throw new ApiKeyError("invalid_data", `revokeToken takes the token as a string, '${found}' found`);
  }
  // Rust rejects it, too, and cannot receive a string that is not well-formed.
  return token.toWellFormed();
}
