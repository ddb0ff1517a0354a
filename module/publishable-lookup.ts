import { isTokenSized } from "./token";

/**
 * The hottest read of a shop: every storefront request asks `listApiKeys` for the publishable key of its token. It is
 * recognised here and answered without the query engine, and from memory where that is allowed.
 */

const CONDITIONS: ReadonlySet<string> = new Set(["token", "type"]);
const SETTINGS: ReadonlySet<string> = new Set(["select", "relations", "args"]);

/** A read of one publishable key by its token. */
export interface PublishableLookup {
  token: string;
  /** `config.select`; undefined means every column. */
  select: readonly string[] | undefined;
}

/** The lookup that the arguments of `listApiKeys` amount to, or null for any other question. */
export function publishableLookup(filters: unknown, config: unknown): PublishableLookup | null {
  if (!isPlain(filters) || !(config === undefined || isPlain(config))) {
    return null;
  }
  const { token, type } = filters;
  const { select, relations } = config ?? {};
  const simple =
    typeof token === "string" &&
    type === "publishable" &&
    // A longer one is no token, whatever it holds.
    (!isTokenSized(token) || (token.isWellFormed() && !token.includes("\0"))) &&
    hasOnly(CONDITIONS, filters) &&
    (config === undefined || saysOnly(SETTINGS, config)) &&
    (relations === undefined || isTexts(relations)) &&
    (select === undefined || isTexts(select));
  return simple ? { token, select } : null;
}

/** Remembers a function's answers for lists of texts, the latest few of them. */
export function remembering<T>(answer: (texts: readonly string[]) => T): (texts: readonly string[]) => T {
  const MOST_ANSWERS = 16;
  const known: { texts: readonly string[]; answered: T }[] = [];
  return (texts) => {
    for (const { texts: others, answered } of known) {
      if (areEqual(texts, others)) {
        return answered;
      }
    }
    const answered = answer(texts);
    if (known.length === MOST_ANSWERS) {
      known.shift();
    }
    // A copy: the list is the caller's to change.
    known.push({ texts: [...texts], answered });
    return answered;
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

function saysOnly(names: ReadonlySet<string>, members: Record<string, unknown>): boolean {
  for (const name in members) {
    if (!names.has(name) && members[name] !== undefined) {
      return false;
    }
  }
  return true;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function areEqual(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((text, place) => text === others[place]);
}
