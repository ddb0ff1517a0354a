/// <reference lib="es2024.string" />
import { types } from "node:util";
import { addressIn } from "./demand";
import { MAX_VALUES, mapElements, rejectTooMany } from "./elements";
import { ApiKeyError } from "./errors";

/**
 * Encodes arguments for Rust: JSON in which each value that JSON lacks is an object whose single key begins with NUL.
 */

const MAX_DEPTH = 64;
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

const DEMAND_MEMBERS = ["scopes", "ip", "owner_type"] as const;

/** Half of what the longest string of the engine has. */
const MAX_CHARACTERS = 2 ** 28;

const { getTime } = Date.prototype;

/** The encoding of one argument. */
interface Encoding {
  /**
   * From this level on, only the class name of a non-plain object is encoded; if it is 0, an object without a prototype is
   * not plain.
   */
  readonly plainFrom: number;
  /** The number of values so far. An object that is a member of several ones counts each time. */
  values: number;
  /** The number of characters of all strings so far. */
  characters: number;
}

/** Encodes a caller's value. The value is never modified, and its `toJSON` is never called. */
export function encode(value: unknown): string {
  return encodeArgument(value, Number.POSITIVE_INFINITY);
}

/** Encodes the config of a read. Of unknown members only the name is passed on, so that Rust can reject it. */
// Stock 2.21.2: known members are read, own or inherited, and of a function, too.
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

/**
 * Encodes the filters of a read. Nested objects must be plain: the members of other objects are not their value. The filters
 * themselves are the members of any object.
 */
export function encodeFilters(filters: unknown): string {
  return encodeArgument(filters, 1);
}

/**
 * Encodes the target of a write. Accepts only plain objects, because one that looks empty would match every key. For the
 * same reason, an object is not plain here if it has members that are not enumerable, or only symbols as members, or is a
 * Proxy that shows no members.
 */
export function encodeTarget(target: unknown): string {
  return encodeArgument(target, 0);
}

/**
 * Encodes the demand of `verify`. Accepts only plain objects, because one that looks empty would demand nothing. The known
 * members are read as the cache reads them, also if they are not enumerable. Rust rejects an unknown member, also if it is
 * undefined: it may be a demand whose name is wrong.
 */
export function encodeDemand(demand: unknown): string {
  if (typeof demand !== "object" || demand === null || !isPlain(demand)) {
    return encodeTarget(demand);
  }
  const given = demand as Record<string, unknown>;
  const members = Object.entries(given).map(([name, value]) => [name, value === undefined ? true : value]);
  const known = DEMAND_MEMBERS.filter((name) => name in given || given[name] !== undefined);
  const read = known.map((name) => [name, name === "ip" ? addressIn(given) : given[name]]);
  return encode(Object.fromEntries([...members, ...read]));
}

function encodeArgument(value: unknown, plainFrom: number): string {
  try {
    return encodeValue(value, 0, { plainFrom, values: 0, characters: 0 });
  } catch (error) {
    // Escaping makes strings longer.
    if (error instanceof RangeError && error.message === "Invalid string length") {
      rejectTooLong();
    }
    throw error;
  }
}

function encodeValue(value: unknown, level: number, encoding: Encoding): string {
  encoding.values += 1;
  if (encoding.values > MAX_VALUES) {
    rejectTooMany();
  }
  switch (typeof value) {
    case "string":
      encoding.characters += value.length;
      if (encoding.characters > MAX_CHARACTERS) {
        rejectTooLong();
      }
      return value.isWellFormed() ? JSON.stringify(value) : tagged("illFormed", true);
    case "boolean":
      return String(value);
    case "number":
      return Number.isFinite(value) ? String(value) : tagged("number", String(value));
    case "undefined":
      return tagged("undefined", true);
    case "object":
      return value === null ? "null" : encodeObject(value, level, encoding);
    default:
      return tagged("other", typeof value);
  }
}

function encodeObject(value: object, level: number, encoding: Encoding): string {
  const { plainFrom } = encoding;
  if (types.isDate(value)) {
    const ms: number = getTime.call(value);
    return tagged("date", Number.isNaN(ms) ? null : ms);
  }
  if (types.isRegExp(value)) {
    return tagged("regexp", [value.source.toWellFormed(), value.flags]);
  }
  // Stock 2.21.2: the bytes of a Buffer and the characters of a String object are unknown properties of a filter.
  const isRead = level === 0 && plainFrom === 1 && Object.keys(value).length > 0;
  if (
    (isExotic(value) && !isRead) ||
    (level >= plainFrom && !Array.isArray(value) && !(plainFrom === 0 ? isPlainTarget(value) : isPlain(value)))
  ) {
    return tagged("other", Object.prototype.toString.call(value).slice("[object ".length, -1).toWellFormed());
  }
  // A cycle ends here, too. Rejects the whole argument: a filter that lost a part would match more keys.
  if (level === MAX_DEPTH) {
    throw new ApiKeyError("invalid_data", `An argument is nested deeper than ${MAX_DEPTH} levels`);
  }
  if (Array.isArray(value)) {
    return `[${mapElements(value, (item) => encodeValue(item, level + 1, encoding)).join()}]`;
  }
  const members = Object.entries(value).map(
    ([key, member]) => `${encodeKey(key)}:${encodeValue(member, level + 1, encoding)}`,
  );
  return `{${members.join()}}`;
}

function rejectTooLong(): never {
  throw new ApiKeyError("invalid_data", "The strings of an argument have more than 268,435,456 characters");
}

// A key with NUL could be mistaken for a tag. No column has a name like its replacement.
function encodeKey(key: string): string {
  return JSON.stringify(key.toWellFormed().replaceAll("\0", "\uFFFD"));
}

function tagged(tag: string, content: unknown): string {
  return JSON.stringify({ [`\0${tag}`]: content });
}

/** Whether an object is a plain object, of any realm, or one without a prototype. */
function isPlain(value: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(value);
  if (prototype === null) {
    return true;
  }
  // Every realm's Object.prototype has this method, and the prototype of a class has not.
  const ofRealm = Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "isPrototypeOf");
  return ofRealm && Object.prototype.toString.call(value) === "[object Object]";
}

/** Whether a plain object can be a target: it has a prototype, and no member is overlooked, unless its name is a symbol. */
function isPlainTarget(value: object): boolean {
  const members = Object.keys(value).length;
  const hidesMembers = Object.getOwnPropertyNames(value).length > members;
  const onlyLooksEmpty = members === 0 && (types.isProxy(value) || Object.getOwnPropertySymbols(value).length > 0);
  return Object.getPrototypeOf(value) !== null && !hidesMembers && !onlyLooksEmpty && isPlain(value);
}

/** Whether an object's value is more than its members. */
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
