/// <reference lib="es2024.string" />
import { types } from "node:util";
import { ApiKeyError } from "./errors";

/**
 * Arguments on their way to Rust: JSON text in which each value that JSON lacks is an object whose single key begins with
 * NUL.
 */

const DEEPEST_LEVEL = 64;
const CONFIG_MEMBERS = [
  "select",
  "relations",
  "take",
  "skip",
  "order",
  "withDeleted",
  "filters",
  "__internal",
] as const;

const { getTime } = Date.prototype;

/** A caller's value as text. The value is read only, and its `toJSON` is never asked. */
export function encode(value: unknown): string {
  return encodeValue(value, 0, Number.POSITIVE_INFINITY);
}

/** The config of a read. Of members without a meaning only the name is passed on, so that Rust can refuse it. */
// Stock 2.21.2: the members with a meaning are read, own or not, and of a function, too.
export function encodeConfig(config: unknown): string {
  if (config === null || (typeof config !== "object" && typeof config !== "function")) {
    return encode(config);
  }
  const given = config as Record<string, unknown>;
  const members: [string, unknown][] = CONFIG_MEMBERS.map((name) => [name, given[name]]);
  for (const name of Object.keys(given)) {
    if (!(CONFIG_MEMBERS as readonly string[]).includes(name) && given[name] !== undefined) {
      members.push([name, true]);
    }
  }
  return encode(Object.fromEntries(members.filter(([, member]) => member !== undefined)));
}

/** The filters of a read. Inside them an object must be plain: another's members are not what it stands for. */
export function encodeFilters(filters: unknown): string {
  return encodeValue(filters, 0, 1);
}

/** What a write is aimed at: plain objects only, for one that seems empty would mean every key. */
export function encodeTarget(target: unknown): string {
  return encodeValue(target, 0, 0);
}

/** From the level `plainFrom` on, objects that are not plain are told by their kind alone; from 0 also those without a prototype. */
function encodeValue(value: unknown, level: number, plainFrom: number): string {
  switch (typeof value) {
    case "string":
      return value.isWellFormed() ? JSON.stringify(value) : tagged("illFormed", true);
    case "boolean":
      return String(value);
    case "number":
      return Number.isFinite(value) ? String(value) : tagged("number", String(value));
    case "undefined":
      return tagged("undefined", true);
    case "object":
      return value === null ? "null" : encodeObject(value, level, plainFrom);
    default:
      return tagged("other", typeof value);
  }
}

function encodeObject(value: object, level: number, plainFrom: number): string {
  if (types.isDate(value)) {
    const ms: number = getTime.call(value);
    return tagged("date", Number.isNaN(ms) ? null : ms);
  }
  if (types.isRegExp(value)) {
    return tagged("regexp", [value.source.toWellFormed(), value.flags]);
  }
  if (isExotic(value) || (level >= plainFrom && !Array.isArray(value) && !isPlain(value, plainFrom > 0))) {
    return tagged("other", Object.prototype.toString.call(value).slice("[object ".length, -1).toWellFormed());
  }
  // A cycle ends here too. Refused as a whole: a filter that lost a part would match more keys.
  if (level === DEEPEST_LEVEL) {
    throw new ApiKeyError("invalid_data", `An argument is nested deeper than ${DEEPEST_LEVEL} levels`);
  }
  if (Array.isArray(value)) {
    return `[${Array.from(value, (item: unknown) => encodeValue(item, level + 1, plainFrom)).join()}]`;
  }
  const members = Object.entries(value).map(
    ([key, member]) => `${encodeKey(key)}:${encodeValue(member, level + 1, plainFrom)}`,
  );
  return `{${members.join()}}`;
}

// A key with NUL could pass for a tag. No column is called like what becomes of it.
function encodeKey(key: string): string {
  return JSON.stringify(key.toWellFormed().replaceAll("\0", "\uFFFD"));
}

function tagged(tag: string, content: unknown): string {
  return JSON.stringify({ [`\0${tag}`]: content });
}

/** Whether an object was written as a literal, in whichever realm. */
function isPlain(value: object, orWithoutPrototype: boolean): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null) {
    return orWithoutPrototype;
  }
  // Every realm's Object.prototype has this, and a class has not.
  const ofRealm = Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, "isPrototypeOf");
  return ofRealm && Object.prototype.toString.call(value) === "[object Object]";
}

/** Whether an object is more than its members. */
function isExotic(value: object): boolean {
  return (
    ArrayBuffer.isView(value) ||
    types.isAnyArrayBuffer(value) ||
    types.isBoxedPrimitive(value) ||
    types.isMap(value) ||
    types.isSet(value) ||
    types.isWeakMap(value) ||
    types.isWeakSet(value) ||
    types.isPromise(value) ||
    types.isNativeError(value)
  );
}
