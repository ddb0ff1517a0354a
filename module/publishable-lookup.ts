import type { ApiKey } from "./types";

/**
 * The hottest read of a shop: every storefront request asks `listApiKeys` for the publishable key of its token. It is
 * recognised here and answered without the query engine, and from memory where that is allowed.
 */

/** A read of one publishable key by its token. */
export interface PublishableLookup {
  token: string;
  /** `config.select`; absent means every column. */
  select?: readonly string[];
}

/** The lookup that the arguments of `listApiKeys` amount to, or null for any other question. */
export function publishableLookup(filters: unknown, config: unknown): PublishableLookup | null {
  if (!isPlain(filters) || !(config === undefined || isPlain(config))) {
    return null;
  }
  const { token, type, ...conditions } = filters;
  const { select, relations, args: _args, ...settings } = config ?? {};
  const simple =
    typeof token === "string" &&
    type === "publishable" &&
    token.isWellFormed() &&
    saysNothing(conditions) &&
    saysNothing(settings) &&
    (relations === undefined || Array.isArray(relations)) &&
    (select === undefined || isTexts(select));
  return simple ? { token, ...(select && { select }) } : null;
}

/** A key with these columns only, in their order; null means every one. */
export function withColumns(key: ApiKey, columns: readonly string[] | null): ApiKey {
  if (columns === null) {
    return key;
  }
  const selected: Record<string, unknown> = {};
  for (const column of columns) {
    selected[column] = key[column as keyof ApiKey];
  }
  return selected as unknown as ApiKey;
}

/** Remembers a function's answers for lists of texts, the latest hundred of them. */
export function remembering<T>(answer: (texts: readonly string[]) => T): (texts: readonly string[]) => T {
  const MOST_ANSWERS = 100;
  const answers = new Map<string, T>();
  return (texts) => {
    const name = texts.join("\n");
    let known = answers.get(name);
    if (known === undefined) {
      if (answers.size === MOST_ANSWERS) {
        answers.clear();
      }
      known = answer(texts);
      answers.set(name, known);
    }
    return known;
  };
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function saysNothing(members: object): boolean {
  return Object.values(members).every((member) => member === undefined);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string" && !item.includes("\n"));
}
