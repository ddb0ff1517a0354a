import { memberOf } from "../members";

/** What a request presents: the token of a key, nothing, or what could be two different tokens. */
export type Credentials = { kind: "token"; token: string } | { kind: "none" } | { kind: "conflict" };

/** How tokens of secret keys begin. */
const SECRET = "sk_";

/** The tokens of secret keys in a header that has none of the accepted forms. */
const MENTIONED = /\bsk_[^\s,;:"']*/g;

/** What a header presents. */
interface Presented {
  /** Its token. */
  token?: string | undefined;
  /** The tokens of secret keys in a header that other readers could read otherwise. */
  unclear?: string[];
}

/** The headers of a request of Node.js. */
interface Headed {
  headers: object;
  headersDistinct?: { authorization?: string[] | undefined } | undefined;
}

/** Returns the values of `Authorization`. Of several such headers, `headers` holds the first only. */
export function authorizationOf({ headers, headersDistinct }: Headed): unknown {
  const sent = headersDistinct?.authorization ?? [];
  return sent.length > 1 ? sent : memberOf(headers, "authorization");
}

/**
 * Reads the token from `Authorization` (`Bearer`, or `Basic` in the forms that Medusa accepts) and `X-Api-Key`.
 *
 * `Basic` credentials that are no token, and other schemes, belong to something else, such as a proxy, and are ignored.
 */
export function readCredentials(authorization: unknown, apiKey: unknown): Credentials {
  const authorizations: unknown[] = Array.isArray(authorization) ? authorization : [authorization];
  const presented: Presented[] = [...authorizations.map(inAuthorization), { token: headerToken(apiKey) }];
  const tokens = new Set(presented.flatMap(({ token }) => token ?? []));
  const unclear = presented.flatMap((one) => one.unclear ?? []);
  const isUnclear = presented.some((one) => one.unclear !== undefined);
  const [token] = tokens;
  // SECURITY: a guard must not choose between two tokens: another reader of the request could choose the other one.
  if (tokens.size > 1 || (isUnclear && token !== undefined) || new Set(unclear).size > 1) {
    return { kind: "conflict" };
  }
  return token === undefined ? { kind: "none" } : { kind: "token", token };
}

/** Returns the token of `Basic`: as it is, or as the user name, with an empty password. */
export function basicToken(authorization: unknown): string | undefined {
  const given = schemeOf(authorization, "basic");
  if (given === undefined) {
    return undefined;
  }
  const pair = given.startsWith(SECRET) ? given : Buffer.from(given, "base64").toString("utf8");
  const token = pair.endsWith(":") ? pair.slice(0, -1) : pair;
  return token.startsWith(SECRET) ? token : undefined;
}

/** Returns the token of `X-Api-Key`. */
export function headerToken(value: unknown): string | undefined {
  // Several values remain one string that is no token, as Node.js joins them.
  const text = Array.isArray(value) ? value.join(", ") : value;
  const token = typeof text === "string" ? text.trim() : "";
  return token === "" ? undefined : token;
}

/** Returns whether a token is one of a secret key, by its form. */
export function isSecret(token: string): boolean {
  return token.startsWith(SECRET);
}

/** Returns whether a text holds the token of a secret key, by its form. */
export function mentionsSecret(text: string): boolean {
  return text.search(MENTIONED) !== -1;
}

function inAuthorization(authorization: unknown): Presented {
  const text = typeof authorization === "string" ? authorization.trim() : "";
  const token = schemeOf(text, "bearer") ?? basicToken(text);
  if (token !== undefined || schemeOf(text, "basic") !== undefined) {
    return { token };
  }
  // `Bearer a, Bearer b`, `Basic a b`, `Token sk_…`: Medusa, for example, reads what is between the first two blanks.
  const isOurs = /^(?:bearer|basic)(?![\w-])./is.test(text) || mentionsSecret(text);
  return isOurs ? { unclear: text.match(MENTIONED) ?? [] } : {};
}

function schemeOf(authorization: unknown, scheme: string): string | undefined {
  if (typeof authorization !== "string") {
    return undefined;
  }
  const [, name, credentials] = /^(\w+) +(\S+)$/.exec(authorization.trim()) ?? [];
  return name?.toLowerCase() === scheme ? credentials : undefined;
}
