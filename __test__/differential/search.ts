// The free-text search `q`, and the other place where Medusa puts it.

import type { Call } from "./operation";

/** The free-text searches in a call. */
export function searches({ args }: Call): unknown[] {
  const [filters, config] = args as [
    { q?: unknown } | null,
    { filters?: { freeTextSearch_ApiKey?: { value: unknown } | null } } | null,
  ];
  return [filters?.q, config?.filters?.freeTextSearch_ApiKey?.value];
}

/** The argument with what LIKE gives a meaning in its search escaped, so that stock takes it literally. */
export function literally(argument: unknown): unknown {
  if (typeof argument !== "object" || argument === null || Array.isArray(argument)) return argument;
  const escaped = (text: unknown) => (typeof text === "string" ? text.replace(/[\\%_]/g, "\\$&") : text);
  const { filters, q } = argument as { q?: unknown; filters?: { freeTextSearch_ApiKey?: { value: unknown } } };
  const search = filters?.freeTextSearch_ApiKey;
  const isSearch = typeof search === "object" && search !== null;
  return {
    ...argument,
    ...("q" in argument ? { q: escaped(q) } : {}),
    ...(isSearch
      ? { filters: { ...filters, freeTextSearch_ApiKey: { ...search, value: escaped(search.value) } } }
      : {}),
  };
}
