const PART = "(?:\\*|[a-z0-9_.-]{1,64})";
const SCOPE = new RegExp(`^${PART}:${PART}$`);

/** Returns the entries of a text that separates them by white space or commas, each once. */
export function entriesOf(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter((entry) => entry !== ""))];
}

/** Returns the entries that are not `resource:action`. The server decides; this names them before a request. */
export function invalidScopes(scopes: readonly string[]): string[] {
  return scopes.filter((scope) => !SCOPE.test(scope));
}
