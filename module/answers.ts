import { ApiKeyError } from "./errors";
import type { ApiKey, ApiKeyLinkName, LinkableApiKeys, LinkableKeysConfig } from "./types";

/**
 * One or many: what goes in as one comes out as one.
 */

const LINK_NAMES: readonly ApiKeyLinkName[] = ["api_key_id", "publishable_key_id"];

/** What was given, as an array. */
export function toMany<T>(data: T | T[]): T[] {
  return Array.isArray(data) ? data : [data];
}

/** What an upsert was given, as an array. */
// Stock 2.21.2: of an element with an id, the id and the title are read, own or not. Of its other members only the names
// are passed on, so that Rust can refuse those that were meant to say something else.
export function toUpserts(data: unknown): unknown[] {
  return toMany(data).map((element) => {
    const { id, title } = Object(element);
    return id ? { ...namesOf(element), id, title } : element;
  });
}

function namesOf(element: unknown): Record<string, true | undefined> {
  return Object.fromEntries(
    Object.entries(Object(element)).map(([name, value]) => [name, value === undefined ? undefined : true]),
  );
}

/** A key or several keys. Which of the two follows from the arguments, so it stands in the overloads of `methods/`. */
export type OneOrMany = ApiKey & ApiKey[];

/** Keys for an array, the key for anything else. */
export function likeInput(data: unknown, keys: ApiKey[]): OneOrMany {
  return (Array.isArray(data) ? keys : first(keys)) as OneOrMany;
}

/** The key for an id, keys for a selector. */
export function likeTarget(target: unknown, keys: ApiKey[]): OneOrMany {
  return (typeof target === "string" ? first(keys) : keys) as OneOrMany;
}

/** The only key of an answer about one. */
export function first(keys: ApiKey[]): ApiKey {
  return keys[0] as ApiKey;
}

/** Ids under the names by which other modules link to them. */
export function toLinkable(ids: readonly string[], config: LinkableKeysConfig | null | undefined): LinkableApiKeys {
  const wanted = config?.returnLinkableKeys;
  const names = ids.length === 0 ? [] : LINK_NAMES.filter((name) => !wanted?.length || wanted.includes(name));
  return Object.fromEntries(names.map((name) => [name, [...ids]]));
}

/** Refuses settings for a method that has none. Other arguments say nothing, such as the signal that a handler is given. */
export function refuseMembers(method: string, given: readonly unknown[]): void {
  const [name] = given.flatMap((argument) => (isObject(argument) ? Object.keys(argument) : []));
  if (name !== undefined) {
    throw new ApiKeyError(
      "invalid_data",
      `unknown member "${name.slice(0, 128)}" of an argument of ${method}, which takes none`,
    );
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
