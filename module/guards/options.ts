import { ApiKeyError, shownName } from "../errors";

/** The options of a guard. */
export interface ApiKeyGuardOptions<Request = unknown> {
  /** The scopes that a key must have, all of them: `["products:read"]`. Default: none. */
  scopes?: readonly string[];
  /** The type of the owner that a key must have. Default: any owner, or none. */
  ownerType?: string;
  /** The realm that `WWW-Authenticate` names. Default: `api`. */
  realm?: string;
  /** Returns the client's address, by which keys with `allowed_ips` are checked. Default: the framework's. */
  ip?: (request: Request) => string | null | undefined;
  /** Receives the error when a key could not be verified. The response is 503, whatever it returns or throws. */
  onUnavailable?: (error: unknown) => void;
}

type Check = (value: unknown) => string | null;

const MAX_SCOPES = 100;
const PART = String.raw`(?:\*|[a-z0-9_][a-z0-9_.-]{0,63})`;
const SCOPE = new RegExp(`^${PART}:${PART}$`);

const CHECKS: Record<string, Check> = {
  scopes: (value) =>
    Array.isArray(value) && value.length <= MAX_SCOPES && Array.from(value).every(isScope)
      ? null
      : `an array of at most ${MAX_SCOPES} scopes such as "products:read"`,
  ownerType: (value) => (typeof value === "string" && value !== "" ? null : "a non-empty string"),
  realm: (value) =>
    typeof value === "string" && /^[\x20-\x7e]+$/.test(value) && !/["\\]/.test(value)
      ? null
      : "printable ASCII without quotes and backslashes",
  ip: isFunction,
  onUnavailable: isFunction,
};

const DEMANDS = ["scopes", "ownerType"];

/** Returns a copy of options, without those that they inherit; throws `invalid_argument` for an unknown or invalid one. */
export function checkedOptions<Options extends object>(
  owner: string,
  options: Options,
  allowed = Object.keys(CHECKS),
): Options {
  if (!isPlain(options)) {
    throw new ApiKeyError("invalid_argument", `The options of ${owner} must be a plain object`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (!allowed.includes(name)) {
      throw new ApiKeyError(
        "invalid_argument",
        `Unknown option "${shownName(name)}" of ${owner}; known are ${allowed.join(", ")}`,
      );
    }
    // SECURITY: a demand that is undefined, perhaps because a setting is missing, must not admit every key.
    const isLeftOut = value === undefined && !DEMANDS.includes(name);
    const expected = isLeftOut ? null : (CHECKS[name]?.(value) ?? null);
    if (expected !== null) {
      throw new ApiKeyError("invalid_argument", `The option ${name} of ${owner} must be ${expected}`);
    }
  }
  return Object.assign(Object.create(null), options);
}

/** Returns whether a value is a scope: `resource:action`. */
export function isScope(value: unknown): value is string {
  return typeof value === "string" && SCOPE.test(value);
}

// SECURITY: a Map, or options that are inherited, would demand nothing.
function isPlain(options: unknown): options is object {
  if (typeof options !== "object" || options === null) {
    return false;
  }
  const prototype: object | null = Object.getPrototypeOf(options);
  // Every realm has its own Object.prototype.
  return prototype === null || (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "isPrototypeOf"));
}

function isFunction(value: unknown): string | null {
  return typeof value === "function" ? null : "a function";
}
