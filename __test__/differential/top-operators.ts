// Operators on top of a filter, which are about the id.

/** Whether a filter has several conditions on the id on its top. */
export function hasSeveral(filter: unknown): boolean {
  return onIds(filter).length > 1;
}

/** The filter with a branch of its own for each of them, so that stock drops none; in an array, each filter so. */
export function separately(argument: unknown): unknown {
  if (Array.isArray(argument)) return argument.map(separately);
  if (!hasSeveral(argument)) return argument;
  const several = onIds(argument);
  const rest = Object.entries(argument as object).filter(([name]) => !several.some(([taken]) => taken === name));
  const branches = several.map(([name, value]) => ({ id: name === "id" ? value : { [name]: value } }));
  return { ...Object.fromEntries(rest), $and: branches };
}

function onIds(filter: unknown): [string, unknown][] {
  if (typeof filter !== "object" || filter === null || Array.isArray(filter)) return [];
  const conditions = Object.entries(filter).filter(([name]) => name === "id" || /^\$(eq|ne|gt|lte)$/.test(name));
  return conditions.some(([name]) => name !== "id") ? conditions : [];
}
