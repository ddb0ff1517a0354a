// Values as text that differs wherever a caller could see a difference: the order of keys, undefined and absent, Dates, classes.

/** The value as JavaScript would write it. */
export function show(value: unknown): string {
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? "new Date(NaN)" : `new Date("${value.toISOString()}")`;
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "() => undefined";
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null || value instanceof RegExp) return String(value);
  const members = Object.entries(value).map(([name, member]) => `${showName(name)}: ${show(member)}`);
  const prototype = Object.getPrototypeOf(value);
  const kind = prototype === Object.prototype ? "" : `${prototype?.constructor?.name ?? "null"} `;
  return `${kind}{ ${members.join(", ")} }`;
}

const showName = (name: string) => (/^[$\w]+$/.test(name) ? name : JSON.stringify(name));
