import { mapElements } from "./elements";
import { ApiKeyError, shownName } from "./errors";
import { hasMember, memberOf } from "./members";
import type { ApiKey, ApiKeyLinkName, LinkableApiKeys, LinkableKeysConfig } from "./types";

/**
 * Single values and arrays: a single argument returns a single result.
 */

const LINK_NAMES: readonly ApiKeyLinkName[] = ["api_key_id", "publishable_key_id"];

/** The argument as an array. */
export function toMany<T>(data: T | T[]): T[] {
  return Array.isArray(data) ? data : [data];
}

/** What an upsert reads of an element with an id. */
const UPDATED = ["id", "title", "scopes", "owner", "metadata", "allowed_ips"];

const ATTRIBUTES = ["scopes", "owner", "metadata", "allowed_ips", "purpose", "expires_in"];

/**
 * Data with the attributes that it inherits, or that are not enumerable, as members of its own.
 */
// SECURITY: a key whose scopes were overlooked would be a whole admin, and one without its end would live forever.
export function withAttributes(data: unknown): unknown {
  if (typeof data !== "object" || data === null) {
    return data;
  }
  const given = data as Record<string, unknown>;
  const overlooked = ATTRIBUTES.filter(
    (name) => hasMember(given, name) && !Object.prototype.propertyIsEnumerable.call(given, name),
  );
  return overlooked.length === 0
    ? data
    : { ...given, ...Object.fromEntries(overlooked.map((name) => [name, given[name]])) };
}

/** The keys to create, as an array, each with its attributes as own members. */
export function toNewKeys(data: unknown): unknown[] {
  return mapElements(toMany(data), withAttributes);
}

/** The argument of an upsert, as an array. */
// Stock 2.21.2: of an element with an id, the id and the title are read, own or inherited. Of other members than the
// attributes only the names are passed on, so that Rust can reject likely mistakes.
export function toUpserts(data: unknown): unknown[] {
  return mapElements(toMany(data), (element) => {
    const read = Object.fromEntries(UPDATED.map((name) => [name, memberOf(element, name)]));
    return read.id ? { ...namesOf(element), ...read } : withAttributes(element);
  });
}

function namesOf(element: unknown): Record<string, true | undefined> {
  return Object.fromEntries(
    Object.entries(Object(element)).map(([name, value]) => [name, value === undefined ? undefined : true]),
  );
}

/** A key or an array of keys, depending on the arguments; the overloads in `methods/` declare which. */
export type OneOrMany = ApiKey & ApiKey[];

/** An array of keys for an array, a key for anything else. */
export function likeInput(data: unknown, keys: ApiKey[]): OneOrMany {
  return (Array.isArray(data) ? keys : first(keys)) as OneOrMany;
}

/** A key for an id, an array of keys for a selector. */
export function likeTarget(target: unknown, keys: ApiKey[]): OneOrMany {
  return (typeof target === "string" ? first(keys) : keys) as OneOrMany;
}

/** The only key of a result with one key. */
export function first(keys: ApiKey[]): ApiKey {
  return keys[0] as ApiKey;
}

/** Ids under the names that other modules' links use. */
export function toLinkable(ids: readonly string[], config: LinkableKeysConfig | null | undefined): LinkableApiKeys {
  const given = config?.returnLinkableKeys;
  // Only the members that exist: the array may be almost empty.
  const wanted = Array.isArray(given) ? Object.values(given) : given;
  const names = ids.length === 0 ? [] : LINK_NAMES.filter((name) => !wanted?.length || wanted.includes(name));
  return Object.fromEntries(names.map((name) => [name, [...ids]]));
}

/** Rejects settings for a method without any. Other arguments are ignored, such as a handler's signal. */
export function rejectMembers(method: string, given: readonly unknown[]): void {
  const [name] = given.flatMap((argument) => (isObject(argument) ? Object.keys(argument) : []));
  if (name !== undefined) {
    throw new ApiKeyError(
      "invalid_data",
      `unknown member "${shownName(name)}" of an argument of ${method}, which takes no settings`,
    );
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
