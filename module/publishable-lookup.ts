import { isTokenSized } from "./token";

/**
 * The most frequent read of a shop: every storefront request calls `listApiKeys` for the publishable key of its token.
 * This module detects the call, so that it bypasses the query engine and can be answered from the cache.
 */

const CONDITIONS: ReadonlySet<string> = new Set(["token", "type"]);
/** More strings than a selection of all columns has. */
const MAX_STRINGS = 100;
const SETTINGS: ReadonlySet<string> = new Set(["select", "relations", "args"]);

/** A read of one publishable key by its token. */
export interface PublishableLookup {
  token: string;
  /** `config.select`; undefined means all columns. */
  select: readonly string[] | undefined;
}

/** The lookup that the arguments of `listApiKeys` describe, or null for any other read. */
export function publishableLookup(filters: unknown, config: unknown): PublishableLookup | null {
  if (!isPlain(filters) || !(config === undefined || isPlain(config))) {
    return null;
  }
  const { token, type } = filters;
  const { select, relations } = config ?? {};
  const simple =
    typeof token === "string" &&
    type === "publishable" &&
    // A longer string is never a token, whatever its characters.
    (!isTokenSized(token) || (token.isWellFormed() && !token.includes("\0"))) &&
    hasOnly(CONDITIONS, filters) &&
    (config === undefined || definesOnly(SETTINGS, config)) &&
    (relations === undefined || areStrings(relations)) &&
    (select === undefined || areStrings(select));
  return simple ? { token, select } : null;
}

/** Memoizes a function of a string array. Keeps the latest few results. */
export function memoize<T>(compute: (strings: readonly string[]) => T): (strings: readonly string[]) => T {
  const MAX_RESULTS = 16;
  const known: { strings: readonly string[]; result: T }[] = [];
  return (strings) => {
    for (const { strings: others, result } of known) {
      if (areEqual(strings, others)) {
        return result;
      }
    }
    const result = compute(strings);
    if (known.length === MAX_RESULTS) {
      known.shift();
    }
    // A copy, because the caller may change its array.
    known.push({ strings: [...strings], result });
    return result;
  };
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Whether an object has no other members, not even undefined ones. */
function hasOnly(names: ReadonlySet<string>, members: Record<string, unknown>): boolean {
  for (const name in members) {
    if (!names.has(name)) {
      return false;
    }
  }
  return true;
}

function definesOnly(names: ReadonlySet<string>, members: Record<string, unknown>): boolean {
  for (const name in members) {
    if (!names.has(name) && members[name] !== undefined) {
      return false;
    }
  }
  return true;
}

function areStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.length <= MAX_STRINGS && value.every((item) => typeof item === "string");
}

function areEqual(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((string, index) => string === others[index]);
}
